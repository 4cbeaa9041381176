"""The catalogue of kinds of work, as the product ships it."""

from django.db import transaction

from xiachen.needs.models import TaskKind

# What communities lack and ask for: finished by whoever provides it.
_NEEDS = (
    ("protective-supplies", "防护物资", "Protective supplies"),
    ("vehicles", "运输车辆", "Transport vehicles"),
    ("daily-supplies", "生活物资", "Daily supplies"),
    ("medicines", "药品", "Medicines"),
    ("disinfectant", "消杀用品", "Disinfectant"),
    ("tents-and-beds", "帐篷床铺", "Tents and beds"),
    ("people", "人手", "More people"),
    ("problem", "其他困难", "Another difficulty"),
)
_WORK = (
    ("gate-duty", "封控值守", "Guarding a closed compound"),
    ("patrol", "巡查", "Patrol"),
    ("temperature-check", "测温登记", "Temperature check and registration"),
    ("health-code-check", "验码", "Health-code check"),
    ("screening", "人员排查", "Screening by message, telephone or visit"),
    ("building-register", "楼栋登记", "Registering a building"),
    ("escort-to-hospital", "送诊陪护", "Escort to hospital"),
    ("medicine-delivery", "上门送药", "Delivering medicine to the door"),
    ("shopping", "代购买菜", "Shopping for residents"),
    ("carrying", "物资搬运", "Carrying supplies"),
    ("unloading", "卸货", "Unloading"),
    ("sorting-and-delivery", "分拣配送", "Sorting and delivery"),
    ("home-visit", "走访慰问", "Home visit"),
    ("help-in-hardship", "困难帮扶", "Help in hardship"),
    ("visit-to-the-elderly", "独居老人探视", "Visit to elderly people who live alone"),
    ("counselling", "思想疏导", "Counselling"),
    ("health-reminder", "健康提醒", "Health reminder"),
    ("publicity", "防控宣传", "Publicity at doors, by loudspeaker, poster or screen"),
    ("persuasion", "居民劝导", "Persuading residents"),
    ("policy-advice", "政策咨询", "Advice on the rules"),
    ("disinfection", "环境消杀", "Disinfecting buildings"),
    ("vehicle-disinfection", "车辆消杀", "Disinfecting vehicles"),
    ("sampling-notice", "核酸通知", "Calling people to sampling"),
    ("guiding", "流程引导", "Guiding people through"),
    ("keeping-order", "秩序维护", "Keeping order"),
    ("checking-entries", "信息核对", "Checking entries"),
    ("door-to-door-count", "上门核查清点", "Door-to-door count"),
    ("refuse-removal", "垃圾清运", "Removing refuse"),
    ("unmanaged-compound-duty", "三无小区值守", "Guarding an unmanaged compound"),
    ("inspection", "督办检查", "Inspection"),
    ("back-to-work-help", "复工复产协助", "Helping enterprises back to work"),
    ("passing-on-meetings", "会议传达", "Passing on what a meeting decided"),
    ("telephone-duty", "值班接线", "Telephone duty"),
)


@transaction.atomic
def install_catalogue() -> None:
    """Add the kinds of work that the product ships with; what is there already stays."""
    kinds = [
        TaskKind(code=code, name=name, name_en=name_en, need=need)
        for need, lines in ((True, _NEEDS), (False, _WORK))
        for code, name, name_en in lines
    ]
    TaskKind.objects.bulk_create(kinds, ignore_conflicts=True)

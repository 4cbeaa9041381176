"""The columns by which a sheet of this area names people and days."""

from django.utils.translation import gettext_lazy as _

from xiachen.papers.intake import Content, Field
from xiachen.people.operations.sheets.members import MEMBERS

_OF_MEMBERS = {field.name: field for field in MEMBERS.fields}

# fmt: off
PERSON = (
    _OF_MEMBERS["name"],
    _OF_MEMBERS["phone"],
    _OF_MEMBERS["identity_number"],
    _OF_MEMBERS["organisation"],
)
PLACE = Field(
    name="community",
    title=_("community"),
    needed=True,
    synonyms=(
        "社区", "下沉社区", "派往社区", "分配社区", "对口社区", "联系社区", "所到社区", "报到社区",
        "派驻社区", "服务社区", "下沉地点", "community",
    ),
)
BATCH = Field(
    name="batch",
    title=_("batch"),
    content=Content.NUMBER,
    synonyms=("批次", "第几批", "派出批次", "批", "batch"),
)
FIRST_DAY = Field(
    name="first_day",
    title=_("first day"),
    content=Content.DAY,
    synonyms=(
        "首日", "到岗日期", "报到日期", "派出日期", "下沉日期", "开始日期", "起始日期", "日期",
        "first day", "date", "from",
    ),
)
DAY = Field(
    name="day",
    title=_("day"),
    content=Content.DAY,
    synonyms=("日期", "报到日期", "报到时间", "到岗日期", "date", "day"),
)
# fmt: on

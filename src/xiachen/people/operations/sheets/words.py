"""What offices write for party standing and kinds of a person, and what it means here."""

from xiachen.people.models.members import IdentityKind, PartyStanding
from xiachen.places.rules.names import plain

# Whoever is in no party, or in another than the Communist, counts towards no branch here.
# fmt: off
_STANDINGS = {
    PartyStanding.FULL: (
        "full", "党员", "正式党员", "党员（正式）", "中共党员", "中共正式党员", "中共党员（正式）",
        "中国共产党党员", "中共", "是",
    ),
    PartyStanding.PROBATIONARY: (
        "probationary", "预备党员", "党员（预备）", "中共预备党员", "中共党员（预备）",
        "中国共产党预备党员", "预备",
    ),
    PartyStanding.NONE: (
        "none", "无", "群众", "团员", "共青团员", "中国共产主义青年团团员", "无党派",
        "无党派人士", "民主党派", "民革党员", "民盟盟员", "民建会员", "民进会员", "农工党党员",
        "致公党党员", "九三学社社员", "台盟盟员", "入党积极分子", "积极分子", "少先队员", "非党员",
        "普通群众", "否",
    ),
}
_KINDS = {
    IdentityKind.PARTY_MEMBER: (
        "党员", "在职党员", "中共党员", "党员干部", "在职党员干部", "机关党员", "下沉党员",
        "party member in service",
    ),
    IdentityKind.RETIRED_PARTY_MEMBER: (
        "退休党员", "离退休党员", "离退休干部党员", "离休党员", "老党员", "retired party member",
    ),
    IdentityKind.PUBLIC_SERVANT: (
        "公职人员", "公务员", "参公人员", "事业编", "事业单位人员", "事业编制人员", "在编人员",
        "public servant",
    ),
    IdentityKind.DEPUTY: (
        "人大代表", "全国人大代表", "省人大代表", "市人大代表", "区人大代表", "县人大代表",
        "people's congress deputy",
    ),
    IdentityKind.CPPCC: (
        "政协委员", "全国政协委员", "省政协委员", "市政协委员", "区政协委员", "县政协委员",
        "cppcc member",
    ),
    IdentityKind.STAFF: (
        "干部职工", "干部", "职工", "企业职工", "国企职工", "机关干部", "员工", "教师", "医务人员",
        "cadre or employee",
    ),
    IdentityKind.VOLUNTEER: (
        "志愿者", "群众志愿者", "居民志愿者", "社区志愿者", "青年志愿者", "群众", "热心群众",
        "热心居民", "volunteer",
    ),
}
# fmt: on
STANDINGS = {plain(word): meant.value for meant, words in _STANDINGS.items() for word in words}
KINDS = {plain(word): meant.value for meant, words in _KINDS.items() for word in words} | {
    plain(kind.value): kind.value for kind in IdentityKind
}

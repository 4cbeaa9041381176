"""Sheets on their way in, for the pages that show them."""

from uuid import UUID

from tests.world import World
from xiachen.base import clock
from xiachen.papers.intake import Setting
from xiachen.papers.operations import drafts, entering
from xiachen.papers.uploads import in_memory
from xiachen.people.operations.sheets.members import MEMBERS
from xiachen.privacy.scope import Role

_HEADED = "序号,姓名,手机号码,工作单位,身份证号,所属支部,居住社区,备注,职务职级"
_ROW = (
    "{n},顾{n}帆,1391111{n:04d},没有登记过的名字很长的单位{n},4201991990010100{n:02d},,"
    "枫林上城社区,,"
)


def send_sheets(world: World) -> tuple[UUID, UUID]:
    """Return a sheet whose columns are to be confirmed, and one with lines to mend."""
    return _sent(world), _checked(world)


def _sent(world: World) -> UUID:
    lines = [_HEADED, *(_ROW.format(n=n) for n in range(1, 60)), "合计,,59,,,,,,"]
    with in_memory("\n".join(lines).encode("gb18030")) as file:
        made = drafts.begin_draft(
            world.scope(Role.ORGANISER),
            intake=MEMBERS,
            file=file,
            name="名册.csv",
            sheet=None,
            setting=Setting(),
            grant=world.grants[Role.ORGANISER].pk,
            at=clock.now(),
        )
    return made.pk


def _checked(world: World) -> UUID:
    scope, draft, at = world.scope(Role.ORGANISER), _sent(world), clock.now()
    fields = ("", "name", "phone", "organisation", "identity_number", "", "home_community")
    mapping = [*fields, "", ""]
    drafts.confirm_columns(scope, draft=draft, intake=MEMBERS, mapping=mapping, at=at)
    entering.check_draft(scope, draft=draft, intake=MEMBERS, at=at)
    return draft

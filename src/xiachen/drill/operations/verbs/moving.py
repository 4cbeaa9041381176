"""Verbs of the duty to report in, of slips from elsewhere, of moves and recalls."""

from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made
from xiachen.drill.rules.grammar import Thing
from xiachen.mobilisation.operations.duties import lift_duty, oblige
from xiachen.mobilisation.operations.moves import move, recall
from xiachen.mobilisation.operations.releases import Ground
from xiachen.mobilisation.operations.slips import SlipEntry, enter_slips, take_back_slip
from xiachen.mobilisation.queries.duties import duties
from xiachen.mobilisation.queries.slips import slips
from xiachen.mobilisation.queries.stays import enrolled_on


def obliges(act: Act) -> Made:
    """Oblige units to report in."""
    outcomes = oblige(
        act.scope,
        document=act.id(Thing.DOCUMENT, "document"),
        organisations=act.ids(Thing.UNIT, "units"),
        from_day=act.day("from_day"),
        below=act.value("below") is True,
        at=act.at,
    )
    settled(outcomes)
    return None


def lifts_duty(act: Act) -> Made:
    """Take back that a unit has to report in."""
    standing = duties(act.scope, incident=act.stage.incident)
    found = standing.filter(organisation=act.id(Thing.UNIT, "unit")).first()
    if found is None:
        raise NotFound(field="unit")
    lift_duty(act.scope, duty=found.pk, at=act.at, reason=act.text("reason"))
    return None


def enters_slip(act: Act) -> Made:
    """Accept the stamped slips of people who reported in elsewhere."""
    entries = [
        SlipEntry(id=uuid7(), member=member, place=act.text("place"), day=act.day("day"))
        for member in act.ids(Thing.PERSON, "members")
    ]
    settled(enter_slips(act.scope, entries=entries, at=act.at))
    return None


def takes_back_slip(act: Act) -> Made:
    """Take back somebody's slip."""
    standing = slips(act.scope, incident=act.stage.incident)
    found = standing.filter(member=act.id(Thing.PERSON, "member")).first()
    if found is None:
        raise NotFound(field="member")
    take_back_slip(act.scope, slip=found.pk, at=act.at, reason=act.text("reason"))
    return None


def moves(act: Act) -> Made:
    """Move people from where they are to another community."""
    origin = act.text("from_community")
    stays = enrolled_on(
        act.scope,
        incident=act.stage.incident,
        day=act.day("from_day"),
        community=act.stage.communities[origin] if origin else None,
    )
    leaving = stays.filter(member__in=act.ids(Thing.PERSON, "members")).order_by()
    move(
        act.scope,
        enrolments=list(leaving.values_list("pk", flat=True)),
        community=act.community,
        from_day=act.day("from_day"),
        ground=_ground(act),
        at=act.at,
    )
    return None


def recalls(act: Act) -> Made:
    """Call people of a dispatch back."""
    recall(
        act.scope,
        dispatch=act.id(Thing.DISPATCH, "dispatch"),
        members=act.ids(Thing.PERSON, "members") or None,
        last_day=act.day("last_day"),
        ground=_ground(act),
        at=act.at,
    )
    return None


def _ground(act: Act) -> Ground:
    return Ground(document=act.optional(Thing.DOCUMENT, "document"), words=act.text("ground"))

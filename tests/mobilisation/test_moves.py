"""People are moved to another community and recalled, on a ground."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.test_dispatch import release_first, send
from tests.mobilisation.test_join_on_the_spot import join
from tests.mobilisation.test_report_in import entry, report
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.mobilisation.operations.moves import move, recall
from xiachen.mobilisation.operations.releases import Ground
from xiachen.mobilisation.queries.dispatches import dispatch_lines, dispatches
from xiachen.mobilisation.queries.report_ins import reported_on
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.mobilisation.rules import moves as rules
from xiachen.mobilisation.rules import stays as staying
from xiachen.people.models.units import Organisation
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

WORDS = Ground(words="紫菘社区人手不足")


def open_stays(*members: UUID) -> list[UUID]:
    rows = Enrolment.objects.filter(releases=None, member__in=members)
    return list(rows.order_by("member_id").values_list("pk", flat=True))


def moved(cast: Cast, *members: UUID, **other: Any) -> list[Enrolment]:
    given: dict[str, Any] = {
        "enrolments": open_stays(*members),
        "community": THERE,
        "from_day": FIRST,
        "ground": WORDS,
        "at": MORNING,
        **other,
    }
    return move(given.pop("scope", cast.organiser), **given)


def test_the_stay_ends_the_day_before_and_goes_on_elsewhere(cast: Cast) -> None:
    send(cast)
    moved(cast, *cast.people[:3])
    here = {stay.member_id for stay in expected_on(cast.organiser, day=FIRST, community=HERE)}
    there = {stay.member_id for stay in expected_on(cast.organiser, day=FIRST, community=THERE)}
    assert (here, there) == (set(cast.people[3:]), set(cast.people[:3]))
    assert expected_on(cast.organiser, day=EVE, community=HERE).count() == 10
    ended = Release.objects.first()
    assert ended is not None
    assert (ended.kind, ended.last_day, ended.words) == ("moved", EVE, WORDS.words)


def test_whoever_is_moved_stays_in_the_dispatch_and_reports_in_anew(cast: Cast) -> None:
    sent = send(cast)
    report(cast.secretary, *map(entry, cast.people))
    (stay,) = moved(cast, cast.people[0])
    assert stay.dispatch_id == sent.pk and stay.follows.community_id == HERE
    assert not reported_on(cast.organiser, day=FIRST, community=THERE).exists()
    (line,) = dispatch_lines(cast.organiser, [sent], day=FIRST)
    assert (line.sent, line.there) == (10, 10)


def test_who_began_today_is_moved_today(cast: Cast) -> None:
    send(cast, sent_on=FIRST)
    moved(cast, cast.people[0])
    assert Release.objects.get().last_day == FIRST


def test_who_has_joined_on_the_spot_is_moved_as_well(cast: Cast) -> None:
    join(cast)
    (stay,) = moved(cast, cast.neighbour)
    assert (stay.source, stay.dispatch_id) == ("joined", None)


def test_the_move_is_audited_with_everybody(cast: Cast) -> None:
    send(cast)
    moved(cast, *cast.people[:2], ground=Ground(document=cast.document.pk))
    noted = AuditEntry.objects.get(action="mobilisation.move", community=THERE)
    assert set(cast.people[:2]) < set(noted.targets)


def test_the_street_moves_people_among_its_own_communities(cast: Cast) -> None:
    send(cast)
    street = cast.scope(Role.STREET, places=((420111002000, 420111002999),))
    assert moved(cast, cast.people[0], scope=street)
    elsewhere = cast.scope(Role.STREET, places=((THERE, THERE),))
    with pytest.raises(Forbidden):
        moved(cast, cast.people[1], scope=elsewhere)


def _twice_sent(cast: Cast) -> dict[str, Any]:
    join(cast, member=cast.people[0], scope=cast.outsider, community=THERE)
    return {}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"ground": Ground(words="  ")}, rules.GroundMissing),
        (lambda cast: {"ground": Ground(document=uuid4())}, NotFound),
        (lambda cast: {"enrolments": []}, rules.NobodyMoved),
        (lambda cast: {"enrolments": [uuid4()]}, NotFound),
        (lambda cast: {"community": HERE}, rules.MovedNowhere),
        (lambda cast: {"community": FAR}, Forbidden),
        (lambda cast: {"scope": cast.secretary}, Forbidden),
        (lambda cast: {"scope": cast.liaison}, Forbidden),
        (lambda cast: {"from_day": EVE - timedelta(days=1)}, staying.DatesCrossed),
        (lambda cast: {"from_day": cast.incident.began_on}, staying.DatesCrossed),
    ],
)
def test_what_cannot_be_moved_leaves_everybody_where_they_are(
    cast: Cast, change: Any, refusal: type[Refused]
) -> None:
    send(cast)
    with pytest.raises(refusal), transaction.atomic():
        moved(cast, *cast.people[:2], **change(cast))
    assert not Release.objects.exists()
    assert Enrolment.objects.count() == 10


def test_a_community_outside_the_operation_takes_nobody(cast: Cast) -> None:
    send(cast)
    cast.incident.communities.filter(community=THERE).delete()
    with pytest.raises(staying.OutsideIncident):
        moved(cast, cast.people[0])


def test_a_stay_that_has_ended_is_not_moved(cast: Cast) -> None:
    send(cast)
    stays = open_stays(cast.people[0])
    release_first(cast, 1)
    with pytest.raises(staying.ReleasedAlready):
        moved(cast, enrolments=stays)


def test_a_whole_dispatch_is_recalled_wherever_its_people_are(cast: Cast) -> None:
    sent = send(cast)
    moved(cast, cast.people[0])
    gone = recall(
        cast.organiser, dispatch=sent.pk, last_day=FIRST, ground=Ground(words="轮换"), at=MORNING
    )
    assert {row.kind for row in gone} == {"recalled"} and len(gone) == 10
    later = FIRST + timedelta(days=1)
    assert not expected_on(cast.organiser, day=later).exists()


def test_chosen_people_are_recalled_and_the_others_stay(cast: Cast) -> None:
    sent = send(cast)
    given: dict[str, Any] = {"dispatch": sent.pk, "last_day": FIRST, "ground": WORDS, "at": MORNING}
    recall(cast.organiser, members=cast.people[:2], **given)
    assert expected_on(cast.organiser, day=FIRST + timedelta(days=1)).count() == 8
    with pytest.raises(staying.UnknownPeople), transaction.atomic():
        recall(cast.organiser, members=cast.people[:1], **given)
    for scope in (cast.secretary, cast.liaison):
        with pytest.raises(Forbidden), transaction.atomic():
            recall(scope, **given)
    with pytest.raises(NotFound), transaction.atomic():
        recall(cast.outsider, **given)
    with pytest.raises(rules.GroundMissing), transaction.atomic():
        recall(cast.organiser, **given | {"ground": Ground()})
    assert Release.objects.count() == 2


def at_once(*acts: Any) -> list[Refused | None]:
    """Do several things in threads of their own and return who was refused."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Any) -> None:
        barrier.wait()
        try:
            act()
        except Refused as refusal:
            answers[place] = refusal  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_two_organisers_who_send_one_personat_once_one_is_refused(committed: Cast) -> None:
    cast = committed
    (alone,) = cast.people[:1]
    answers = at_once(
        lambda: send(cast, members=[alone]),
        lambda: send(cast, members=[alone], community=THERE),
    )
    refused = [one for one in answers if one is not None]
    assert len(refused) == 1 and isinstance(refused[0], staying.SentElsewhere)
    assert Enrolment.objects.count() == 1


def test_of_two_moves_of_one_personat_once_one_is_refused(committed: Cast) -> None:
    cast = committed
    send(cast)
    stays = open_stays(cast.people[0])
    answers = at_once(*[lambda: moved(cast, enrolments=stays)] * 2)
    refused = [one for one in answers if one is not None]
    assert len(refused) == 1 and isinstance(refused[0], staying.ReleasedAlready)
    assert Enrolment.objects.count() == 11


def test_a_moved_person_is_not_sent_twice_by_the_numbers_of_the_list(cast: Cast) -> None:
    send(cast)
    moved(cast, *cast.people)
    assert Organisation.objects.filter(pk=cast.department.pk).exists()
    (row,) = dispatches(cast.organiser, incident=cast.incident.pk)
    (line,) = dispatch_lines(cast.organiser, [row], day=FIRST)
    assert (line.sent, line.there, line.reported) == (10, 10, 0)

"""Weighing how it is known that people were there, and using their codes up."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from xiachen.attendance.models.records import CheckIn, CheckOut, CodeUse
from xiachen.attendance.models.signing import SignInPlace, WrongCode
from xiachen.attendance.operations.settling import Scopes
from xiachen.attendance.rules import codes, evidence
from xiachen.attendance.rules import records as rules
from xiachen.base import clock
from xiachen.base.errors import Forbidden, Refused
from xiachen.base.owned.appending import hold_numbers
from xiachen.base.owned.bulk import insert_new
from xiachen.deployment.queries.many_scopes import Asking, scopes_on
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Can
from xiachen.privacy.sealing import CannotOpen

_DAY = timedelta(days=1)
# A phone that cannot tell the day may have been without a signal for so many days.
_DAYS_AGO = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """
    That a person was there, as a phone, a form or a sheet gives it, and how that is known.

    :param occurred_at: by the phone's own time; a code tells the time better
    :param method: an `evidence.Method`; empty: by the list, or by own word
    :param place: at which the code or the poster was shown
    :param code: as it was scanned or typed
    :param near: an `evidence.Near`
    :param certain: whether the phone's own time can be relied on
    :param since: when the phone was let in, for records of earlier days: a code of a day before
        proves nothing, and the account's role of the code's own day counts
    :param waited: it came before with a right code, and has waited for another record since
    :param by_proxy: somebody else signs for the person; set by itself where the account is not
        the person's own
    """

    id: UUID
    community: int
    member: UUID
    occurred_at: datetime
    method: str = ""
    place: UUID | None = None
    code: str = ""
    near: str = ""
    certain: bool = True
    since: datetime | None = None
    waited: bool = False
    by_proxy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    How it is known that somebody was there, and when.

    :param use: of the code, where one was given
    """

    method: evidence.Method
    place: UUID | None
    near: evidence.Near
    doubtful: bool
    occurred_at: datetime
    use: CodeUse | None = None

    def kept(self, *, doubtful: bool = False) -> dict[str, object]:
        """
        Return what the record keeps of it.

        :param doubtful: the leader should have a look for another reason
        """
        return {
            "method": self.method.value,
            "place_id": self.place,
            "near": self.near.value,
            "doubtful": self.doubtful or doubtful,
        }


class Weighing:
    """
    Weighs what some entries give; whoever makes one does so in the records' transaction.

    :param model: of the records that the entries become
    :param taken: what is said to whoever sends the same once more: when it was recorded
    """

    def __init__(
        self,
        scopes: Scopes,
        entries: Sequence[Witnessed],
        at: datetime,
        *,
        model: type[CheckIn] | type[CheckOut],
        taken: Callable[[datetime], Refused],
    ) -> None:
        self._scopes = scopes
        self._entries = entries
        self._at = at
        self._model = model
        self._taken = taken
        self._opened: dict[UUID, bytes] = {}

    def proofs(self) -> dict[UUID, Proof | Refused]:
        """Return for each entry's id what it proves, or why it cannot; codes are not used up."""
        found = {one.id: self._weighed(one) for one in self._entries}
        found.update(self._without_role(found))
        found.update(self._guessed(found))
        return found

    def use_up(self, proofs: Mapping[UUID, Proof]) -> dict[UUID, Refused]:
        """Use up the codes of what is recorded; say of those used before what they were for."""
        given = [proof.use for proof in proofs.values() if proof.use is not None]
        used = self._used_before(given)
        return self._again(used, proofs) if used else {}

    def _guessed(self, found: Mapping[UUID, Proof | Refused]) -> dict[UUID, Refused]:
        """
        Count the wrong codes of each person, in the order in which they came.

        Past the limit of a day no code counts, right or wrong: a guess that hits says no more than
        one that misses. Guesses that came after a right code say nothing of it.
        """
        given = [one for one in self._entries if not one.waited and _gave_code(found[one.id])]
        if not given:
            return {}
        day = clock.local_day(self._at)
        rows = WrongCode.objects.filter(member__in={one.member for one in given}, day=day)
        counts = Counter(rows.values_list("member", flat=True))
        refused: dict[UUID, Refused] = {}
        wrong = []
        for one in given:
            if counts[one.member] >= codes.MOST_WRONG:
                refused[one.id] = codes.TooManyWrongCodes(field="code")
            elif isinstance(found[one.id], codes.WrongCode):
                counts[one.member] += 1
                wrong.append(WrongCode(id=one.id, member=one.member, day=day))
        insert_new(wrong)
        return refused

    def _without_role(self, found: Mapping[UUID, Proof | Refused]) -> dict[UUID, Refused]:
        """Refuse codes of days on which who asks signed nobody in; the scope is of another day."""
        asked: dict[UUID, Asking] = {}
        for one in self._entries:
            proof = found[one.id]
            if one.since is None or isinstance(proof, Refused) or proof.use is None:
                continue
            scope = self._scopes[one.id]
            judged = clock.local_day(max(one.occurred_at, one.since))
            if proof.use.day != judged and scope.incident is not None:
                asked[one.id] = Asking(scope.account, scope.incident, proof.use.day)
        scopes = scopes_on(set(asked.values()))
        return {
            id: Forbidden()
            for id, asking in asked.items()
            if not any(scope.allows(Can.CHECK_IN) for scope in scopes[asking])
        }

    def _again(self, used: dict[UUID, UUID], proofs: Mapping[UUID, Proof]) -> dict[UUID, Refused]:
        """
        Say of codes used before what they were used for: the same thing, or another.

        :param used: by which entry (value) the code of an entry (key) was used
        """
        rows = self._model._default_manager.filter(
            community_id__in={one.community for one in self._entries}, pk__in=set(used.values())
        )
        times = dict(rows.standing().values_list("pk", "occurred_at"))
        said: dict[UUID, Refused] = {}
        for id, first in used.items():
            beside = proofs.get(first)
            time = times.get(first) or (beside.occurred_at if beside else None)
            said[id] = codes.CodeUsed(field="code") if time is None else self._taken(time)
        return said

    @cached_property
    def _places(self) -> dict[tuple[int, UUID], SignInPlace]:
        ids = {one.place for one in self._entries if one.place is not None}
        if not ids:
            return {}
        rows = SignInPlace.objects.filter(
            community_id__in={one.community for one in self._entries}, pk__in=ids
        )
        return {(row.community_id, row.pk): row for row in rows}

    def _weighed(self, one: Witnessed) -> Proof | Refused:
        """Weigh one entry; a place whose secret does not open holds up nobody else's."""
        try:
            return self._proof(one)
        except CannotOpen:
            return KeyMissing(field="place")
        except Refused as refusal:
            return refusal

    def _proof(self, one: Witnessed) -> Proof | Refused:
        scope = self._scopes[one.id]
        oneself = one.member == scope.member and not one.by_proxy
        method = evidence.method_of(one.method, oneself=oneself)
        place = self._places.get((one.community, one.place)) if one.place is not None else None
        if place is not None and place.incident_id != scope.incident:
            place = None
        if method is evidence.Method.CODE or method is evidence.Method.POSTER:
            if place is None:
                return evidence.UnknownPlace(field="place")
            if method is evidence.Method.CODE:
                return self._by_code(one, place)
            return self._by_poster(one, place)
        near = evidence.near_of(one.near)
        return Proof(
            method=method,
            place=None if place is None else place.pk,
            near=near,
            doubtful=evidence.is_doubtful(near=near),
            occurred_at=one.occurred_at,
        )

    def _by_poster(self, one: Witnessed, place: SignInPlace) -> Proof | Refused:
        number = codes.poster_number(self._secret(place), place.poster, one.code)
        if number is None:
            return codes.WrongCode(field="code")
        if _is_closed(place, one.occurred_at):
            return evidence.PlaceClosed(field="place")
        near = evidence.near_of(one.near)
        return Proof(
            method=evidence.Method.POSTER,
            place=place.pk,
            near=near,
            doubtful=evidence.is_doubtful(near=near) or number < place.poster,
            occurred_at=one.occurred_at,
        )

    def _by_code(self, one: Witnessed, place: SignInPlace) -> Proof | Refused:
        shown = self._shown_at(one, place)
        if isinstance(shown, Refused):
            return shown
        if rules.is_ahead(shown, self._at):
            return rules.InFuture(field="code")
        if one.since is not None and clock.local_day(shown) < clock.local_day(one.since):
            return codes.OtherDaysCode(field="code", day=clock.local_day(shown))
        if _is_closed(place, shown):
            return evidence.PlaceClosed(field="place")
        near = evidence.near_of(one.near)
        day = clock.local_day(shown)
        return Proof(
            method=evidence.Method.CODE,
            place=place.pk,
            near=near,
            doubtful=evidence.is_doubtful(
                near=near,
                shown_at=shown,
                said=one.occurred_at if one.certain else None,
                came=self._at,
            ),
            occurred_at=shown,
            use=CodeUse(
                id=one.id,
                community_id=one.community,
                place_id=place.pk,
                member=one.member,
                day=day,
                step=codes.step_of(shown, clock.midnight(day)),
            ),
        )

    def _shown_at(self, one: Witnessed, place: SignInPlace) -> datetime | Refused:
        """
        Return when the code was shown.

        A phone whose time is certain shows the day's codes; only around midnight the other day's.
        """
        said = clock.local_day(one.occurred_at)
        beside = [said - _DAY, said + _DAY]
        if not one.certain:
            today = clock.local_day(self._at)
            days = [said, *beside, *(today - back * _DAY for back in range(_DAYS_AGO + 1))]
            return self._nearest(one, place, list(dict.fromkeys(days))) or _wrong()
        shown = self._nearest(one, place, [said])
        if shown is not None:
            return shown
        shown = self._nearest(one, place, beside)
        if shown is None:
            return _wrong()
        if abs(shown - one.occurred_at) <= evidence.LONGEST_WAY:
            return shown
        return codes.OtherDaysCode(field="code", day=clock.local_day(shown))

    def _nearest(self, one: Witnessed, place: SignInPlace, days: Iterable[date]) -> datetime | None:
        secret = self._secret(place)
        looked = [(codes.secret_of_day(secret, day), clock.midnight(day)) for day in days]
        return codes.shown_at(one.code, looked, near=one.occurred_at)

    def _secret(self, place: SignInPlace) -> bytes:
        if place.pk not in self._opened:
            self._opened[place.pk] = place.opened()
        return self._opened[place.pk]

    def _used_before(self, uses: Iterable[CodeUse]) -> dict[UUID, UUID]:
        """Use codes up; return by which entry those were used that the person had used before."""
        rows = sorted(uses, key=_order)
        if not rows:
            return {}
        # Records of these communities follow: locked in the same order by everybody.
        hold_numbers({row.community_id for row in rows})
        written = insert_new(rows)
        left = [row for row in rows if row.pk not in written]
        if not left:
            return {}
        known = CodeUse.objects.filter(
            community_id__in={row.community_id for row in left},
            place__in={row.place_id for row in left},
            member__in={row.member for row in left},
            day__in={row.day for row in left},
        )
        first = {_order(row): row.pk for row in known}
        # A record of the same id that used another code is found out when it is written.
        by = {row.pk: first.get(_order(row), row.pk) for row in left}
        return {id: other for id, other in by.items() if other != id}


def _order(use: CodeUse) -> tuple[int, UUID, UUID, date, int]:
    return use.community_id, use.place_id, use.member, use.day, use.step


def _gave_code(found: Proof | Refused) -> bool:
    if isinstance(found, Proof):
        return found.method in (evidence.Method.CODE, evidence.Method.POSTER)
    return isinstance(found, codes.WrongCode)


def _is_closed(place: SignInPlace, moment: datetime) -> bool:
    return place.closed_at is not None and place.closed_at <= moment


def _wrong() -> Refused:
    return codes.WrongCode(field="code")

"""Background work of phones: what waited or settles itself, photos, and an end of keeping."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.sync.operations import forgetting, mending, packs, photos, pushing
from xiachen.sync.queries.photos import photos_to_keep
from xiachen.sync.queries.quarantine import slips_made_good, waiting_to_try

# Each is drawn by a program of its own: one turn takes a minute at most.
_PHOTOS_IN_TURN = 60
# Phones whose records are tried again wait for each other no longer than for a batch.
_RECORDS_AT_ONCE = 200


@app.periodic(cron="* * * * *")
@app.task(
    name="sync.jobs.take_in_waiting", queueing_lock="sync.jobs.take_in_waiting", pass_context=False
)
def take_in_waiting(timestamp: int = 0) -> None:
    """
    Take in what waited for another record that has come, whether or not its phone asks again.

    Each turn stands for itself: what stops one stops none of the others.
    """
    scope = system_scope()
    records = waiting_to_try(scope, at=clock.now())
    stopped: list[Exception] = []
    for n in range(0, len(records), _RECORDS_AT_ONCE):
        turn = records[n : n + _RECORDS_AT_ONCE]
        try:
            pushing.take_in_waiting(scope, records=turn, at=clock.now())
        except Exception as error:
            stopped.append(error)
    if stopped:
        raise ExceptionGroup("some of what waits was not looked at", stopped)


@app.periodic(cron="7 * * * *")
@app.task(name="sync.jobs.settle_slips", queueing_lock="sync.jobs.settle_slips", pass_context=False)
def settle_slips(timestamp: int = 0) -> None:
    """Leave out what a wrong code was given for, where the person is on record all the same."""
    scope = system_scope()
    slips = slips_made_good(scope, at=clock.now())
    for n in range(0, len(slips), _RECORDS_AT_ONCE):
        turn = slips[n : n + _RECORDS_AT_ONCE]
        mending.dismiss_slips(scope, records=turn, at=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(
    name="sync.jobs.forget_tombstones",
    queueing_lock="sync.jobs.forget_tombstones",
    pass_context=False,
)
def forget_tombstones(timestamp: int) -> None:
    """Forget what has been gone from packs for long."""
    packs.forget_tombstones(system_scope(), at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="sync.jobs.keep_photos", queueing_lock="sync.jobs.keep_photos", pass_context=False)
def keep_photos(timestamp: int = 0) -> None:
    """Make whole photos the files of their records, whichever of the two came first."""
    scope = system_scope()
    for photo in photos_to_keep(scope, most=_PHOTOS_IN_TURN):
        photos.keep_photo(scope, photo=photo, at=clock.now())


@app.periodic(cron="27 3 * * *")
@app.task(
    name="sync.jobs.forget_photos", queueing_lock="sync.jobs.forget_photos", pass_context=False
)
def forget_photos(timestamp: int) -> None:
    """Delete photos that stopped half way or whose record never came."""
    photos.forget_photos(system_scope(), at=clock.now())


@app.periodic(cron="37 3 * * *")
@app.task(
    name="sync.jobs.forget_phones", queueing_lock="sync.jobs.forget_phones", pass_context=False
)
def forget_phones(timestamp: int) -> None:
    """Forget receipts, links and phones whose time is over, some of them in each transaction."""
    scope, at = system_scope(), clock.now()
    forgetting.forget_invitations(scope, at=at)
    while forgetting.forget_phones(scope, at=at):
        pass
    while forgetting.forget_receipts(scope, at=at):
        pass

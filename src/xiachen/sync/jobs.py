"""Background work of phones: keeping their photos, forgetting what nobody needs any more."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.sync.operations import packs, photos
from xiachen.sync.queries.photos import photos_to_keep

# Each is drawn by a program of its own: one turn takes a minute at most.
_PHOTOS_IN_TURN = 60


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

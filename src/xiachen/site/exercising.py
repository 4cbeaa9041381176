"""An exercise with virtual phones, told on the terminal."""

from xiachen.base import clock
from xiachen.drill.operations.equipping import equip
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.exercise import Person, Seen, exercise
from xiachen.drill.phones.network import HttpDoor
from xiachen.site import addresses
from xiachen.site.speaking import Stopped, gettext, say

_ = gettext

_THREADS = 4


def with_phones(
    scenario: str, *, number: int, seconds: float, seed: int, host: str, port: int
) -> int:
    """
    Let phones of the scenario's people work; the exit status is 1 when something is unsent.

    :raises Stopped: the scenario's site does not run there
    """
    equipped = equip(scenario, number=max(1, number), at=clock.now())
    people = [Person(one.member, one.community, one.token) for one in equipped]
    say(_("%(count)s phones begin; Ctrl-C ends the exercise.") % {"count": len(people)})
    doors = [HttpDoor(host, port) for _ in people[:_THREADS]]
    try:
        seen = exercise(people, doors=doors, seconds=seconds, seed=seed, tell=_tell)
    except (Unheard, Declined) as error:
        raise Stopped(
            _(
                "The scenario's site does not answer at %(url)s (%(said)s). "
                "Start it in another window: xiachen run --scenario %(name)s"
            )
            % {"url": addresses.url(host, port), "said": error, "name": scenario}
        ) from error
    finally:
        for door in doors:
            door.close()
    _tell(seen)
    return 1 if seen.unsent else 0


def _tell(seen: Seen) -> None:
    say(
        _(
            "%(phones)s phones: %(recorded)s recorded, %(taken)s taken in, "
            "%(held)s held back, %(unsent)s unsent"
        )
        % {
            "phones": seen.phones,
            "recorded": seen.recorded,
            "taken": seen.taken_in,
            "held": seen.held_back,
            "unsent": seen.unsent,
        }
    )

"""
The verbs of events: each is one operation of one area, with its arguments by their glossary names.

How a verb calls its operation stands in `operations/verbs`. The event's own keys give the time
(`at`), the time it happened where that differs (`happened`), and who acts (`by`).
"""

from collections.abc import Mapping

from xiachen.drill.rules.verbs.attending import ATTENDING
from xiachen.drill.rules.verbs.calling import CALLING
from xiachen.drill.rules.verbs.deploying import DEPLOYING
from xiachen.drill.rules.verbs.leading import LEADING
from xiachen.drill.rules.verbs.moving import MOVING
from xiachen.drill.rules.verbs.selecting import SELECTING
from xiachen.drill.rules.verbs.supervising import SUPERVISING
from xiachen.drill.rules.verbs.telling import TELLING
from xiachen.drill.rules.verbs.verb import Verb
from xiachen.drill.rules.verbs.working import WORKING

VERBS: Mapping[str, Verb] = {
    **CALLING,
    **SELECTING,
    **MOVING,
    **TELLING,
    **LEADING,
    **DEPLOYING,
    **ATTENDING,
    **WORKING,
    **SUPERVISING,
}

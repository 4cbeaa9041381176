"""The places of the protocol, by the word after /sync/v1/."""

from collections.abc import Mapping

from xiachen.sync.api.asking import Endpoint
from xiachen.sync.api.enrolling import enrol
from xiachen.sync.api.handing_over import hand_over
from xiachen.sync.api.photos import photos
from xiachen.sync.api.pulling import pull
from xiachen.sync.api.pushing import push

ENDPOINTS: Mapping[str, Endpoint] = {
    "enrol": enrol,
    "handover": hand_over,
    "photos": photos,
    "pull": pull,
    "push": push,
}

# A file of what a phone holds is longer than what is sent at once otherwise.
LARGEST_BODIES: Mapping[str, int] = {"handover": 8_000_000}

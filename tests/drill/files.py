"""Small scenario files for the tests of reading and playing."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"

# The great scenarios with so few people that they play in seconds; bench plays them whole.
SMALLER = Path(__file__).parent / "small"

# The smallest file that can be read: one community, a unit with people, who acts, one event.
SMALL = """
[scenario]
title = "小演练"
day = 2020-03-01
kind = "flood"
reader = "headquarters"

[[community]]
handle = "here"
is = "武汉市洪山区关山街道枫林上城社区"

[[unit]]
handle = "bureau"
name = "演练局"
level = "city"
division = 4201

[[people]]
handle = "staff"
count = 4
unit = "bureau"

[[account]]
name = "headquarters"
role = "headquarters"
division = 4201

[[account]]
name = "organiser"
role = "organiser"
division = 4201

[[event]]
id = "call"
at = "08:00"
by = "organiser"
do = "notices.issue-document"
as = "call"
with = { kind = "call", number = "1", title = "通知", issuers = ["bureau"] }
"""

SEND = """
[[event]]
id = "send"
at = "09:00"
by = "organiser"
do = "mobilisation.dispatch"
with = { document = "call", unit = "bureau", members = ["staff"] }
"""


def documented(page: str) -> str:
    """Return the first scenario that a page of the documentation shows."""
    found = re.search(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)

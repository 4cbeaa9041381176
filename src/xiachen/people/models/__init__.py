"""Units, people and accounts, a noun in each module; Django finds them here."""

from xiachen.people.models import accounts, branches, members, residents, units

__all__ = ["accounts", "branches", "members", "residents", "units"]

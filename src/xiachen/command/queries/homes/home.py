"""What a role's own part of the first page is: a table, its lists, and the template."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What the address asks of the table: one of its lists, a page of it.

    :param show: the code of a list; empty is what needs the role first
    """

    show: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A list that can be chosen as a chip, with how many are on it."""

    code: str
    name: str
    count: int


class Home:
    """
    A role's own part of the first page, under what waits for it.

    `template` shows it as `own`; `named` are the people whom it names, for the audit.
    """

    template: ClassVar[str]

    @property
    def named(self) -> list[UUID]:
        """Return whom the page names."""
        return []

"""A sheet on its way in, kept between the steps of entering it."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CENTRE
from xiachen.papers.intake import Setting
from xiachen.papers.reading import Row
from xiachen.papers.rules.lines import Found
from xiachen.privacy.classes import DataClass, Handling
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.sealing import Sealed

# Drafts belong to no incident; they lie under the keyring of what outlasts incidents.
KEYRING = UUID(int=0)


class State(models.TextChoices):
    MATCHING = "matching", _("columns to be confirmed")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    ENTERING = "entering", _("being entered")
    ENTERED = "entered", _("entered")


class Draft(models.Model):
    """
    A sheet that somebody has sent and not yet entered; nobody else can open it.

    :param sealed: name of the file, its sheets and headings
    :param mapping: the field for each column; empty for one that is not used
    :param new: with `changed` and `already`: what the check has found
    :param entered_new: with the two others: what has been entered so far
    :param failed: why the last work on it was given up; empty otherwise
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let somebody mend a sheet before it is entered"),
        none=(
            "id",
            "grant",
            "role",
            "incident",
            "second_factor",
            "language",
            "kind",
            "digest",
            "state",
            "keeps_faulty",
            "community_code",
            "asked",
            "mapping",
            "total",
            "new",
            "changed",
            "already",
            "faulty",
            "entered_new",
            "entered_changed",
            "entered_already",
            "left_out",
            "failed",
            "begun_at",
            "worked_since",
            "expires_at",
        ),
        service=("account",),
        register=("sealed",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.UUIDField(_("account"))
    grant = models.UUIDField(_("role given"))
    role = models.CharField(_("role"), max_length=20)
    incident = models.UUIDField(_("incident"), null=True, blank=True)
    second_factor = models.BooleanField(_("proven twice"))
    language = models.CharField(_("language"), max_length=10)
    kind = models.CharField(_("kind of sheet"), max_length=40)
    digest = models.CharField(_("digest"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MATCHING)
    keeps_faulty = models.BooleanField(_("enters the good lines only"), default=False)
    community_code = models.BigIntegerField(_("community"), null=True, blank=True)
    asked = models.JSONField(_("chosen beside the file"), default=dict)
    mapping = models.JSONField(_("columns"), default=list)
    total = models.IntegerField(_("lines"), default=0)
    new = models.IntegerField(_("new"), default=0)
    changed = models.IntegerField(_("added to"), default=0)
    already = models.IntegerField(_("there already"), default=0)
    faulty = models.IntegerField(_("to be mended"), default=0)
    entered_new = models.IntegerField(_("entered as new"), default=0)
    entered_changed = models.IntegerField(_("entered as additions"), default=0)
    entered_already = models.IntegerField(_("were there already"), default=0)
    left_out = models.JSONField(_("lines left out"), default=list)
    failed = models.CharField(_("given up because"), max_length=300, blank=True)
    sealed = models.BinaryField()
    begun_at = models.DateTimeField(_("begun"))
    worked_since = models.DateTimeField(_("at work since"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("sheet on its way in")
        indexes = (models.Index(name="draft_account", fields=("account", "begun_at")),)
        constraints = (
            models.CheckConstraint(name="draft_expires", condition=Q(expires_at__gt=F("begun_at"))),
        )

    @property
    def setting(self) -> Setting:
        """Where the sheet is entered, as chosen beside the file."""
        return Setting(community=self.community_code, values=self.asked)

    @property
    def is_at_work(self) -> bool:
        """Whether background work is under way."""
        return self.state in {State.CHECKING, State.ENTERING}

    @property
    def good(self) -> int:
        """How many lines can be entered."""
        return self.new + self.changed + self.already

    def seal(self, about: dict[str, Any]) -> None:
        """Seal name of the file, sheets and headings to this draft."""
        self.sealed = _seal(self, "about", about, self.pk)

    def about(self) -> dict[str, Any]:
        """Return what `seal` was given."""
        return dict(_open(self, "about", self.sealed, self.pk))


class DraftPart(models.Model):
    """
    Some hundred rows of a draft.

    :param faults: by line number, what is wrong at which field: words without values
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let somebody mend a sheet before it is entered"),
        none=("id", "draft", "number", "faults"),
        register=("sealed",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="parts")
    number = models.IntegerField(_("number"))
    faults = models.JSONField(_("faults"), default=dict)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of a sheet")
        constraints = (models.UniqueConstraint(name="draft_part", fields=("draft", "number")),)

    def seal(self, rows: Sequence[Row], found: Mapping[int, Found] = MappingProxyType({})) -> None:
        """Seal rows to this part, with what was found of them by their numbers."""
        kept = []
        for row in rows:
            said = found.get(row.number, Found())
            kept.append(
                [row.number, list(row.cells), list(row.lost), said.what, dict(said.understood)]
            )
        self.sealed = _seal(self, "rows", kept, self.pk)

    def rows(self) -> list[Row]:
        """Return the rows that `seal` was given."""
        return [row for row, _found in self.rows_and_found()]

    def rows_and_found(self) -> list[tuple[Row, Found]]:
        """Return the rows that `seal` was given, each with what was found of it."""
        kept = _open(self, "rows", self.sealed, self.pk)
        return [(Row(*row[:3]), Found(*row[3:])) for row in kept]


def _seal(row: models.Model, name: str, value: object, id: UUID) -> bytes:
    return vault().seal(
        KEYRING,
        DataClass.REGISTER,
        {name: json.dumps(value, ensure_ascii=False, separators=(",", ":"))},
        table=row._meta.db_table,
        column="sealed",
        community=CENTRE,
        row=id,
    )


def _open(row: models.Model, name: str, sealed: Sealed, id: UUID) -> Any:
    values = vault().open(
        KEYRING,
        DataClass.REGISTER,
        sealed,
        table=row._meta.db_table,
        column="sealed",
        community=CENTRE,
        row=id,
    )
    return json.loads(values[name])

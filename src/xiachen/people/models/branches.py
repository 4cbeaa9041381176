"""Who belongs to a temporary branch, and who leads it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.people.models.members import Member
from xiachen.people.models.units import PartyOrganisation
from xiachen.privacy.classes import Handling


class BranchPostKind(models.TextChoices):
    SECRETARY = "secretary", _("secretary")
    DEPUTY = "deputy", _("deputy secretary")


class BranchMembership(models.Model):
    """A member's place in a temporary branch; the regular membership stays where it is."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know the temporary branch's members"),
        none=("id", "branch", "member", "from_day", "to_day"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(PartyOrganisation, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, models.PROTECT, related_name="branch_memberships")
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="branch_member_now", fields=("branch", "member"), condition=Q(to_day=None)
            ),
        )


class BranchPost(models.Model):
    """An appointment in a party organisation: one secretary at a time."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know who leads a branch"),
        none=("id", "party_organisation", "member", "post", "appointed_by", "from_day", "to_day"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party_organisation = models.ForeignKey(PartyOrganisation, models.CASCADE, related_name="posts")
    member = models.ForeignKey(Member, models.PROTECT, related_name="branch_posts")
    post = models.CharField(_("post"), max_length=12, choices=BranchPostKind)
    appointed_by = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_branch_secretary",
                fields=("party_organisation",),
                condition=Q(post="secretary", to_day=None),
            ),
            models.UniqueConstraint(
                name="one_post_each",
                fields=("party_organisation", "member"),
                condition=Q(to_day=None),
            ),
        )

"""One person under two records: what the empty one knows goes to the other."""

from uuid import UUID

from django.db import transaction

from xiachen.people.models.accounts import Account
from xiachen.people.models.members import Member
from xiachen.people.operations.members import AlreadyRegistered
from xiachen.people.queries import members as queries
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def take_over(scope: Scope, *, record: UUID, member: UUID) -> bool:
    """
    Give the phone of a record that says nothing else to the member who is the same person.

    The record stays, for what names it, without number and unit. False, and nothing is done, where
    it says more than name, unit and phone, or somebody signs in with it: then it is no empty one.

    :raises AlreadyRegistered: both have a phone
    """
    scope.require(Can.MANAGE_PEOPLE)
    reached = [queries.member(scope, member).pk, record]
    held = Member.objects.select_for_update().filter(pk__in=reached).order_by("pk")
    rows = {row.pk: row for row in held}
    twin, kept = rows[record], rows[member]
    if not _is_empty(twin):
        return False
    phone = twin.opened_contact()["phone"]
    if phone and kept.phone_index:
        raise AlreadyRegistered(field="phone")
    twin.seal_contact(phone="", identity="")
    twin.organisation = None
    twin.save(update_fields=["sealed", "phone_index", "identity_index", "organisation"])
    if phone:
        kept.seal_contact(phone=phone, identity=kept.opened_contact()["identity"])
        kept.save(update_fields=["sealed", "phone_index", "identity_index"])
    audit.record(scope, "people.take-over", subject=member, targets=[member, record])
    return True


def _is_empty(row: Member) -> bool:
    known = row.identity_index or row.home_community_id or row.party_organisation_id
    listed = row.identities.exists() or row.skills.exists() or row.fitness.exists()
    return not (known or listed or Account.objects.filter(member=row).exists())

"""Sending notices in the town, told briefly."""

from typing import Any

from tests.world import MORNING, World
from xiachen.notices.models.notices import Delivery, Notice
from xiachen.notices.operations.notices import To, send_notice
from xiachen.privacy.scope import Role, Scope

BODY = "明早八点到社区报到,带好身份证。\n有困难的请告诉联系人。"


def notify(world: World, scope: Scope | None = None, **given: Any) -> Notice:
    """Send a notice of the liaison to the people of the bureau, unless told otherwise."""
    wanted: dict[str, Any] = {
        "title": "明早八点报到",
        "body": BODY,
        "to": To(organisations=[world.bureau.pk]),
        "at": MORNING,
    }
    return send_notice(scope or world.scope(Role.LIAISON), **wanted | given)


def got(notice: Notice) -> set[str]:
    """Whom a notice was delivered to: names, and of accounts alone the sign-in name."""
    rows = Delivery.objects.filter(notice=notice).select_related("member", "account")
    return {row.member.name if row.member else row.account.username for row in rows}  # type: ignore[union-attr]

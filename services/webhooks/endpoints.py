"""Webhook endpoints of a shop, for those who run it and those above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.enums import WebhookAction, WebhookState
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.kit.viewer import Viewer, inside
from services.people import areas
from services.shops import shops
from services.shops.staff import known_as
from services.webhooks import rules

COLUMNS = (
    f"e.id, e.shop_id, {areas.path_of('s.area_id')} AS shop_path, e.url, e.events, e.state, e.created_at,"
    f" {known_as('e.shop_id', 'e.created_by_id', 'p.display_name')} AS created_by_name, e.previous_signs_until"
)
SOURCE = "webhook_endpoints e JOIN shops s ON s.id = e.shop_id JOIN accounts p ON p.id = e.created_by_id"
NEWEST_FIRST = Keyset("webhooks", {"id": ("e.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """One endpoint, as it is read. `events` are the events' names on the wire.

    `secret` is set only in the result that creates it. `previous_signs_until`: until when the previous secret also
    signs, or did.
    """

    id: UUID
    shop_id: UUID
    shop_path: str
    url: str
    events: list[str]
    state: WebhookState
    created_at: datetime
    created_by_name: str
    previous_signs_until: datetime | None
    secret: str | None = field(default=None, repr=False)


def manages(viewer: Viewer, shop_id: UUID, shop_path: str) -> bool:
    """Return whether the viewer manages a shop's webhooks: its owners, and administrators above."""
    return shop_id in viewer.owned_shop_ids or inside(shop_path, viewer.admin_paths)


def available_actions(viewer: Viewer, endpoint: WebhookEndpoint) -> list[WebhookAction]:
    """Return what this viewer may do with the endpoint now."""
    allowed = manages(viewer, endpoint.shop_id, endpoint.shop_path)
    return rules.available_actions(endpoint.state) if allowed else []


READING = Reading(WebhookEndpoint, COLUMNS, SOURCE, "e.id", shops.run_by)
by_ids = READING.by_ids


async def of_shops(
    viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest, only: Only = None
) -> dict[UUID, Page[WebhookEndpoint]]:
    """Return a page of each shop's endpoints, ended ones included, newest first. One statement for all the shops."""
    return await READING.of_parents(viewer, shop_ids, page, NEWEST_FIRST, "e.shop_id", only=only)

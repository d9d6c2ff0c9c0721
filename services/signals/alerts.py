"""Alerts on wrong short codes at a shop (短码提醒), for its owners and the staff above.

An alert is a signal of kind CODE_GUESSES: for a human to judge, without an effect of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.enums import SignalKind
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args, any_of, lies_in
from services.kit import business_days, clock
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.signals import signals
from services.signals.rules import CodeGuesses

NEWEST_FIRST = Keyset("shopAlerts", {"id": ("g.id", UUID)}, descending=True)
FIGURES = ("misses", "cashiers", "addresses", "minutes", "least_count")


@dataclass(frozen=True, slots=True)
class ShopAlert:
    """One alert, as those who run the shop read it. `misses` is the count when it was raised."""

    id: UUID
    shop_id: UUID
    raised_at: datetime
    misses: int
    cashiers: int
    addresses: int
    minutes: int
    least_count: int


async def raise_alert(shop_id: UUID, began_at: datetime, figures: CodeGuesses) -> None:
    """Raise the alert of a shop's window, once, and publish it. Inside the caller's transaction."""
    key = f"{shop_id}:{began_at.isoformat()}"
    day = business_days.statement_day_of(clock.now())
    if await signals.raise_alert(SignalKind.CODE_GUESSES, key, day, figures, shop_id=shop_id):
        path = await database.fetch_value(
            "SELECT a.path FROM shops s JOIN areas a ON a.id = s.area_id WHERE s.id = $1", shop_id
        )
        outbox.shop_alerted(shop_id, path)


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `shops s`: the viewer owns it, or is community staff, administrator or auditor above. As
    `may_read_alerts`."""
    return any_of(
        [
            f"s.id = ANY({args(list(viewer.owned_shop_ids))})" if viewer.owned_shop_ids else None,
            lies_in("s.area_id", viewer.shop_paths, args),
        ]
    )


async def of_shops(viewer: Viewer, shop_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[ShopAlert]]:
    """Return a page of each shop's alerts, newest first. One statement for all the shops."""
    args = Args()
    figures = ", ".join(f"(g.figures->>'{name}')::int AS {name}" for name in FIGURES)
    select = (
        f"SELECT g.id, g.shop_id, g.raised_at, {figures} FROM signals g JOIN shops s ON s.id = g.shop_id"
        f" WHERE g.shop_id = parent.id AND g.kind = {args(SignalKind.CODE_GUESSES.value)}"
        f" AND {visible_to(viewer, args)}"
    )
    return await NEWEST_FIRST.fetch_each(ShopAlert, page, shop_ids, "shop_id", select, args)


def may_read_alerts(viewer: Viewer, shop_id: UUID, area_path: str) -> bool:
    """Return whether the viewer may read a shop's alerts: owners, and community staff, administrators, auditors above;
    not cashiers, whom they may be about."""
    return shop_id in viewer.owned_shop_ids or inside(area_path, viewer.shop_paths)

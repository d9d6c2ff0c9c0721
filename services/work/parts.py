"""The parts that have upkeep, in the tick's order: a new part is one line here."""

from services.db.upkeep import Upkeep
from services.discounts import upkeep as discounts
from services.live import upkeep as live
from services.points import upkeep as points
from services.settlement import upkeep as settlement
from services.shops import upkeep as shops
from services.signals import upkeep as signals
from services.till import upkeep as till
from services.webhooks import upkeep as webhooks
from services.wishes import upkeep as wishes

PARTS: tuple[Upkeep, ...] = (
    wishes.UPKEEP,
    settlement.UPKEEP,
    till.UPKEEP,
    points.UPKEEP,
    discounts.UPKEEP,
    shops.UPKEEP,
    live.UPKEEP,
    webhooks.UPKEEP,
    signals.UPKEEP,  # last: it is never urgent, and may take long
)

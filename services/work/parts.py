"""The parts that have upkeep, in the tick's order: a new part is one line here."""

from services.agreements import upkeep as agreements
from services.db.upkeep import Upkeep
from services.discounts import upkeep as discounts
from services.economy import upkeep as economy
from services.entry import upkeep as entry
from services.grants import upkeep as grants
from services.honours import upkeep as honours
from services.live import upkeep as live
from services.notices import upkeep as notices
from services.points import upkeep as points
from services.settlement import upkeep as settlement
from services.shops import upkeep as shops
from services.signals import upkeep as signals
from services.till import upkeep as till
from services.webhooks import upkeep as webhooks
from services.wishes import upkeep as wishes
from services.writes import upkeep as writes

PARTS: tuple[Upkeep, ...] = (
    wishes.UPKEEP,
    settlement.UPKEEP,
    till.UPKEEP,
    grants.UPKEEP,
    points.UPKEEP,
    discounts.UPKEEP,
    shops.UPKEEP,
    agreements.UPKEEP,
    honours.UPKEEP,
    live.UPKEEP,
    webhooks.UPKEEP,
    notices.UPKEEP,
    entry.UPKEEP,
    writes.UPKEEP,
    economy.UPKEEP,  # last, as signals: they are never urgent, and may take long
    signals.UPKEEP,
)

"""Turns at a shop: whoever locks one queues here first. Tills share a turn; whoever changes something has it alone.

A row's lock alone would not do: PostgreSQL lets in who would share it, past who waits to have it alone. Tills that are
never all idle would keep a shop from being suspended, a discount from being paused and a day from being closed. This
queue is first come, first served, for both. It stands right before the shop in the order of locks.
"""

from uuid import UUID

from services import database

_KEY = "hashtextextended(format('%s:shop:%s', current_schema(), {shop}), 0)"


async def share(shop_id: UUID) -> None:
    """Wait for one's turn beside others, until the transaction ends: behind whoever wants the shop alone."""
    await database.fetch(f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='$1::uuid')})", shop_id)


async def share_of(discount_id: UUID) -> None:
    """As `share`, at the shop of a discount."""
    await database.fetch(
        f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='d.shop_id')}) FROM discounts d WHERE d.id = $1",
        discount_id,
    )


async def alone(shop_id: UUID) -> None:
    """Wait for one's turn with nobody beside, until the transaction ends: behind the tills that came before.

    To be asked for only by who may change the shop or what it offers, because every till of it waits meanwhile.
    """
    await database.fetch(f"SELECT pg_advisory_xact_lock({_KEY.format(shop='$1::uuid')})", shop_id)

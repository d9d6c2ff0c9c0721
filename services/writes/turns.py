"""Turns at a shop: whoever locks one queues here first. Tills share a turn; whoever changes something has it alone.

A row's lock alone would not do: PostgreSQL lets in who would share it, past who waits to have it alone. Tills that are
never all idle would keep a shop from being suspended, a discount from being paused and a day from being closed. This
queue is first come, first served, for both. It stands right before the shop in the order of locks.
"""

from collections.abc import Iterable
from uuid import UUID

from services.db import database
from services.kit.errors import Overloaded

_KEY = "hashtextextended(format('%s:shop:%s', current_schema(), {shop}), 0)"


async def shared(shop_id: UUID) -> None:
    """Wait for one's turn beside others, until the transaction ends: behind whoever wants the shop alone."""
    await database.fetch(f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='$1::uuid')})", shop_id)


async def shared_of(discount_id: UUID) -> None:
    """As `share`, at the shop of a discount."""
    await database.fetch(
        f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='d.shop_id')}) FROM discounts d WHERE d.id = $1",
        discount_id,
    )


async def exclusive(shop_id: UUID) -> None:
    """Wait for one's turn with nobody beside, until the transaction ends: behind the tills that came before.

    To be asked for only by who may change the shop or what it offers, because every till of it waits meanwhile.
    """
    await database.fetch(f"SELECT pg_advisory_xact_lock({_KEY.format(shop='$1::uuid')})", shop_id)


async def exclusive_at(shop_ids: Iterable[UUID]) -> None:
    """As `alone`, at several shops, in the order of their ids. One statement."""
    await database.fetch(
        f"SELECT pg_advisory_xact_lock({_KEY.format(shop='shop')}) FROM unnest($1::uuid[]) AS shop",
        sorted(shop_ids),
    )


async def exclusive_soon(shop_ids: Iterable[UUID], within_seconds: float) -> bool:
    """As `exclusive_at`, unless one of the shops takes longer than that: then none of the turns is kept, and False.

    The tills of the first shops wait while we wait for the last: one that hangs must not stop them all.
    """
    before = await database.fetch_value("SELECT current_setting('lock_timeout')")
    await database.fetch("SAVEPOINT turns")
    try:
        await database.fetch(f"SET LOCAL lock_timeout = '{within_seconds * 1000:.0f}ms'")
        await exclusive_at(shop_ids)
    except Overloaded:
        await database.fetch("ROLLBACK TO SAVEPOINT turns")
        return False
    await database.fetch(f"SET LOCAL lock_timeout = '{before}'")
    await database.fetch("RELEASE SAVEPOINT turns")
    return True

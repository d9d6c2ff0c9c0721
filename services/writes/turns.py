"""A FIFO queue in front of a shop's row lock: tills wait for a shared turn, changes for an exclusive one.

PostgreSQL grants a shared row lock past waiters for an exclusive one, so that busy tills would keep a shop from being
suspended, a discount from being paused and a day from being closed. An advisory lock is first come, first served for
both. In the lock order it comes right before the shop.
"""

from collections.abc import Iterable
from uuid import UUID

from services.db import database
from services.kit.errors import Overloaded

_KEY = "hashtextextended(format('%s:shop:%s', current_schema(), {shop}), 0)"


async def shared(shop_id: UUID) -> None:
    """Lock the shop's queue, shared, until the transaction ends; waits behind earlier exclusive requests. One
    statement."""
    await database.fetch(f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='$1::uuid')})", shop_id)


async def shared_of(discount_id: UUID) -> None:
    """Lock as `shared`, at the shop of a discount. One statement."""
    await database.fetch(
        f"SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='d.shop_id')}) FROM discounts d WHERE d.id = $1",
        discount_id,
    )


async def exclusive(shop_id: UUID) -> None:
    """Lock the shop's queue, exclusively, until the transaction ends; waits for earlier holders. One statement.

    Only for viewers who may change the shop or what it offers: all its tills wait meanwhile.
    """
    await database.fetch(f"SELECT pg_advisory_xact_lock({_KEY.format(shop='$1::uuid')})", shop_id)


async def exclusive_at(shop_ids: Iterable[UUID]) -> None:
    """Lock as `exclusive`, at several shops, in the order of their ids. One statement."""
    await database.fetch(
        f"SELECT pg_advisory_xact_lock({_KEY.format(shop='shop')}) FROM unnest($1::uuid[]) AS shop",
        sorted(shop_ids),
    )


async def exclusive_soon(shop_ids: Iterable[UUID], within_seconds: float) -> bool:
    """Lock as `exclusive_at`; return False, and release every turn, when one of them takes longer than
    `within_seconds`.

    The tills of the first shops wait while this waits for the last: one hanging till must not stop them all.
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

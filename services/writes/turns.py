"""A FIFO queue in front of a shop's row lock: tills wait for a shared turn, changes for an exclusive one.

PostgreSQL grants a shared row lock past waiters for an exclusive one, so that busy tills would keep a shop from being
suspended, a discount from being paused and a day from being closed. An advisory lock is first come, first served for
both. In the lock order it comes right before the shop.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models.enums import ShopState
from services.db import database
from services.db.records import record
from services.kit.errors import Overloaded

_KEY = "hashtextextended(format('%s:shop:%s', current_schema(), {shop}), 0)"

# A row is locked once what stands before it is: EXISTS is evaluated first. It is returned as it is once it is locked.
_SHOP = "SELECT state, closed_through FROM shops WHERE id = {shop} AND EXISTS (SELECT FROM turn) FOR {strength}"
_SHARED = (
    f"WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='$1::uuid')}))"
    f" {_SHOP.format(shop='$1', strength='SHARE')}"
)
_EXCLUSIVE = f"WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({_KEY.format(shop='$1::uuid')})) {_SHOP}"
_SHARED_VERSION = (
    "WITH version AS MATERIALIZED (SELECT id, shop_id FROM discounts WHERE id = $1),"
    f" turn AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_KEY.format(shop='shop_id')}) FROM version),"
    f" shop AS MATERIALIZED ({_SHOP.format(shop='(SELECT shop_id FROM version)', strength='SHARE')})"
    " SELECT 1 FROM discounts WHERE id = $1 AND EXISTS (SELECT FROM shop) FOR SHARE"
)


@dataclass(frozen=True, slots=True)
class LockedShop:
    """What of a shop stays as it is until the transaction ends. `closed_through`: its last settled day."""

    state: ShopState
    closed_through: date | None


async def shared(shop_id: UUID) -> LockedShop:
    """Lock the shop's queue and then the shop, shared, until the transaction ends; waits behind earlier exclusive
    requests. One statement."""
    return await _locked(_SHARED, shop_id)


async def shared_version(discount_id: UUID) -> None:
    """Lock as `shared`, at the shop of a discount, and then this version of it, shared. One statement."""
    await database.fetch(_SHARED_VERSION, discount_id)


async def exclusive(shop_id: UUID, strength: str = "NO KEY UPDATE") -> LockedShop:
    """Lock the shop's queue, exclusively, and then the shop; waits for earlier holders. One statement.

    Only for viewers who may change the shop or what it offers: all its tills wait meanwhile. `strength` SHARE is for
    those who rely on the shop and change what it offers.
    """
    return await _locked(_EXCLUSIVE.format(shop="$1", strength=strength), shop_id)


async def _locked(statement: str, shop_id: UUID) -> LockedShop:
    row = await database.fetch_one(statement, shop_id)
    assert row is not None, "a shop is never deleted"
    return record(LockedShop, row)


async def exclusive_at(shop_ids: Iterable[UUID]) -> None:
    """Lock the queues of several shops, exclusively, in the order of their ids; not the shops. One statement."""
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

"""Tills that a shop's owner ends: the sessions that the shop's codes opened."""

from uuid import UUID

from models.enums import Role
from services.accounts import sessions
from services.db import database
from services.kit.errors import not_found
from services.kit.viewer import Viewer
from services.shops import staff
from services.writes.write import write


@write
async def sign_out(viewer: Viewer, staff_id: UUID) -> int:
    """End all sessions of a member of staff that this shop's codes opened; return how many. Owners and administrators.

    Sessions that the person opened elsewhere, by phone, go on. Raises NOT_FOUND, FORBIDDEN. Locks the shop.
    """
    row = await database.fetch_one(
        "SELECT shop_id, account_id FROM memberships WHERE id = $1 AND role = $2", staff_id, Role.SHOP_STAFF.value
    )
    if row is None:
        raise not_found("staffId")
    await staff.lock_to_manage(viewer, row["shop_id"], "staffId")
    return await sessions.end_at_shop(row["account_id"], row["shop_id"], viewer.account_id)

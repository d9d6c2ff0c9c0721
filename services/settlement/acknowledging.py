"""Acknowledging a statement (确认结算单), by the shop and by the district: who may, and how it is done."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from models.enums import StatementAction, StatementSide
from services.audit import log as audit
from services.db import database
from services.db.paging import PageRequest
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.viewer import Viewer, inside
from services.settlement import statements
from services.settlement.statements import Statement
from services.writes.write import write


@write
async def acknowledge(viewer: Viewer, statement_id: UUID, sha256: str) -> Statement:
    """Acknowledge a statement for the viewer's side. `sha256` (hexadecimal) proves which statement was seen.

    Owners acknowledge for the shop; administrators above who have not worked there since that day for the district; no
    account for both. Repeating it changes nothing. Raises NOT_FOUND, FORBIDDEN, and INVALID_INPUT for another hash.
    Locks the statement.
    """
    await _seen(viewer, statement_id)  # refuse a stranger before taking the lock
    await database.fetch("SELECT 1 FROM statements WHERE id = $1 FOR NO KEY UPDATE", statement_id)
    found = await _seen(viewer, statement_id)
    side = side_of(viewer, found)
    if side is None:
        message = "结算单由本店店主和区管理员分别确认，当天起在本店工作过的人不能代表区里，您不能确认这一张"
        raise Refusal(ErrorCode.FORBIDDEN, message, "statementId")
    if sha256.strip().lower() != found.sha256.hex():
        raise Refusal(ErrorCode.INVALID_INPUT, "与这张结算单不符，请重新载入，核对后再确认", "sha256")
    if found.acknowledged_at(side) is None:
        await _note(viewer, statement_id, side)
        audit.record(
            viewer.account_id,
            "statement.acknowledge",
            "Statement",
            statement_id,
            side=side,
            sha256=found.sha256.hex(),
        )
    return await _seen(viewer, statement_id)


async def _seen(viewer: Viewer, statement_id: UUID) -> Statement:
    found = (await statements.by_ids(viewer, [statement_id])).get(statement_id)
    if found is None:
        raise not_found("statementId")
    return found


async def _note(viewer: Viewer, statement_id: UUID, side: StatementSide) -> None:
    column = side.lower()
    await database.execute(
        f"UPDATE statements SET {column}_acknowledged_at = $2, {column}_acknowledged_by_id = $3"
        f" WHERE id = $1 AND {column}_acknowledged_at IS NULL",
        statement_id,
        clock.now(),
        viewer.account_id,
    )


def side_of(viewer: Viewer, statement: Statement) -> StatementSide | None:
    """Return the side for which the viewer may acknowledge it at all.

    No account acknowledges for both sides, and nobody who has worked in the shop since that day for the district.
    """
    side = statement_side(viewer, statement.shop_id, statement.shop_path)
    barred = {
        StatementSide.SHOP: [statement.district_acknowledged_by_id],
        StatementSide.DISTRICT: [statement.shop_acknowledged_by_id, *statement.staff_ids],
    }
    return None if side is None or viewer.account_id in barred[side] else side


async def waiting(viewer: Viewer, most: int) -> int:
    """Return how many statements wait for the viewer's sides, at most `most`: own shops' for the shop, those below an
    administrator for the district. At most two statements."""
    own = await _waiting_for_shops(viewer.owned_shop_ids, most) if viewer.owned_shop_ids else 0
    acting = replace(viewer, auditor_paths=())
    page = await statements.overseen(
        acting, None, None, None, StatementSide.DISTRICT, PageRequest(most), frozenset({"id"})
    )
    return min(most, own + len(page.rows if page else ()))


async def _waiting_for_shops(shop_ids: Sequence[UUID], most: int) -> int:
    counted: int = await database.fetch_value(
        """
        SELECT count(*) FROM (
            SELECT FROM statements st WHERE st.shop_id = ANY($1) AND st.shop_acknowledged_at IS NULL LIMIT $2
        ) waiting
        """,
        list(shop_ids),
        most,
    )
    return counted


def acknowledgeable_as(viewer: Viewer, statement: Statement) -> list[StatementSide]:
    """Return the side whose acknowledgement the viewer can still give; at most one."""
    side = side_of(viewer, statement)
    return [side] if side and statement.acknowledged_at(side) is None else []


def available_actions(viewer: Viewer, statement: Statement) -> list[StatementAction]:
    """Return what this viewer may do with a statement now."""
    return [StatementAction.ACKNOWLEDGE] if acknowledgeable_as(viewer, statement) else []


def statement_side(viewer: Viewer, shop_id: UUID, area_path: str) -> StatementSide | None:
    """Return the side for which a viewer may acknowledge a shop's statements: owners for the shop, administrators above
    who do not work there for the district.
    """
    if shop_id in viewer.owned_shop_ids:
        return StatementSide.SHOP
    if shop_id in viewer.shop_ids:
        return None
    return StatementSide.DISTRICT if inside(area_path, viewer.admin_paths) else None

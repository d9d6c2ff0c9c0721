"""Idempotent requests: the client's own `requestNo`, unique per owner and operation.

Kept for ever where money moves, else for some months.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.db import MOVED_NOTHING
from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.settings import current
from services.kit.text import clean

MAX_REQUEST_NO = 64


def content_hash(content: dict[str, Any]) -> bytes:
    """Return the SHA-256 of the request's canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).digest()


def checked(request_no: str) -> str:
    """Return a number that `claim` takes. Raises INVALID_INPUT."""
    return clean(request_no, "requestNo", least=1, most=MAX_REQUEST_NO)


async def claim(
    owner_id: UUID, operation: str, request_no: str, content: dict[str, Any], result_id: UUID
) -> UUID | None:
    """Claim `request_no` for a result with the id `result_id`; the first statement of a transaction.

    Return None if the request is new, else the earlier result's id. Raises REQUEST_NO_REUSED when the number was used
    with other content. A concurrent claim of the same number waits for the first to commit or roll back. A committed
    refusal keeps its claim: `result_id` then names nothing.
    """
    request_no = checked(request_no)
    digest = content_hash(content)
    inserted = await database.fetch(
        "INSERT INTO requests (id, owner_id, operation, request_no, content_hash, result_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id, operation, request_no) DO NOTHING RETURNING id",
        uuid7(),
        owner_id,
        operation,
        request_no,
        digest,
        result_id,
        clock.now(),
    )
    if inserted:
        return None
    row = await database.fetch_one(
        "SELECT content_hash, result_id FROM requests WHERE owner_id = $1 AND operation = $2 AND request_no = $3",
        owner_id,
        operation,
        request_no,
    )
    if row is None:  # it was swept in between: the number is free again
        raise database.Again
    if row["content_hash"] != digest:
        raise Refusal(
            ErrorCode.REQUEST_NO_REUSED, "该请求编号已用于内容不同的请求，请先查清那一次的结果，再换新编号", "requestNo"
        )
    return UUID(str(row["result_id"]))


async def asked_on(owner_id: UUID, operation: str, request_no: str) -> date:
    """Return the day on which a request first came under that number, else today: what a request asks for has to be fit
    on that day, so that one that is repeated after midnight finds what it made. Before `claim`; one statement."""
    try:
        request_no = checked(request_no)
    except Refusal:
        return clock.day_of(clock.now())
    first = await database.fetch_value(
        "SELECT created_at FROM requests WHERE owner_id = $1 AND operation = $2 AND request_no = $3",
        owner_id,
        operation,
        request_no,
    )
    return clock.day_of(first or clock.now())


async def settle(owner_id: UUID, operation: str, request_no: str, result_id: UUID) -> None:
    """Replace the result of a request claimed in this transaction."""
    await database.execute(
        "UPDATE requests SET result_id = $4 WHERE owner_id = $1 AND operation = $2 AND request_no = $3",
        owner_id,
        operation,
        checked(request_no),
        result_id,
    )


async def results(owner_ids: Sequence[UUID], operations: Sequence[str], request_no: str) -> list[UUID]:
    """Return the possible results of the owners' requests under that number, by operation, then newest first.

    A committed refusal leaves an id that names nothing. A number that `claim` would refuse yields [].
    """
    try:
        request_no = checked(request_no)
    except Refusal:
        return []
    rows = await database.fetch(
        "SELECT result_id FROM requests WHERE owner_id = ANY($1) AND operation = ANY($2) AND request_no = $3"
        " ORDER BY array_position($2, operation::text), id DESC",
        list(owner_ids),
        list(operations),
        request_no,
    )
    return [UUID(str(row["result_id"])) for row in rows]


async def sweep(limit: int) -> int:
    """Delete at most `limit` numbers under which no money moved and that are older than they are kept; return how many.
    Such a number is new when it comes again. One statement."""
    before = clock.now() - timedelta(days=current().requests_kept_days)
    return await database.delete_before("requests", "created_at", before, limit, MOVED_NOTHING)

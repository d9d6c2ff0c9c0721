"""`requestNo`: the client's own number, unique for an owner and operation, kept for ever."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.db import database
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal
from services.kit.text import clean

MAX_REQUEST_NO = 64


def content_hash(content: dict[str, Any]) -> bytes:
    """SHA-256 over the canonical JSON of what was asked."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).digest()


async def claim(
    owner_id: UUID, operation: str, request_no: str, content: dict[str, Any], result_id: UUID
) -> UUID | None:
    """Claim `request_no` first in the transaction, for a result that will have the id `result_id`.

    None: it is ours, go on. An id: the same was asked before, and this is what came of it. Raises REQUEST_NO_REUSED
    when other content was asked under the same number. A second claim waits for the first to commit or roll back.
    A claim stays when the transaction ends with a committed refusal: `result_id` then names nothing.
    """
    request_no = clean(request_no, "requestNo", least=1, most=MAX_REQUEST_NO)
    digest = content_hash(content)
    inserted = await database.fetch(
        "INSERT INTO requests (id, owner_id, operation, request_no, content_hash, result_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id, operation, request_no) DO NOTHING RETURNING id",
        uuid7(), owner_id, operation, request_no, digest, result_id, clock.now(),
    )  # fmt: skip
    if inserted:
        return None
    row = await database.fetch_one(
        "SELECT content_hash, result_id FROM requests WHERE owner_id = $1 AND operation = $2 AND request_no = $3",
        owner_id, operation, request_no,
    )  # fmt: skip
    assert row is not None, "a request is never deleted"
    if row["content_hash"] != digest:
        raise Refusal(ErrorCode.REQUEST_NO_REUSED, "该请求编号已用于另一笔内容不同的请求，请换一个编号", "requestNo")
    return UUID(str(row["result_id"]))


async def settle(owner_id: UUID, operation: str, request_no: str, result_id: UUID) -> None:
    """Let a request claimed in this transaction stand for another result than was expected."""
    await database.execute(
        "UPDATE requests SET result_id = $4 WHERE owner_id = $1 AND operation = $2 AND request_no = $3",
        owner_id, operation, clean(request_no, "requestNo", least=1, most=MAX_REQUEST_NO), result_id,
    )  # fmt: skip


async def results(owner_ids: Sequence[UUID], operations: Sequence[str], request_no: str) -> list[UUID]:
    """What may have come of the owners' requests under that number, by operation and then the newest first.

    What ended with a committed refusal names nothing that exists. A number that `claim` would refuse was never used.
    """
    try:
        request_no = clean(request_no, "requestNo", least=1, most=MAX_REQUEST_NO)
    except Refusal:
        return []
    rows = await database.fetch(
        "SELECT result_id FROM requests WHERE owner_id = ANY($1) AND operation = ANY($2) AND request_no = $3"
        " ORDER BY array_position($2, operation::text), id DESC",
        list(owner_ids), list(operations), request_no,
    )  # fmt: skip
    return [UUID(str(row["result_id"])) for row in rows]

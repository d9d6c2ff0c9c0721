"""What happens at a till, for tests: codes as a phone computes them, and what is held and taken."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from schema.graph import ids
from services.db import database
from services.kit import clock
from tests.town import story
from tests.town.documents import Api
from tests.town.story import act
from tests.town.world import Community, Person

BILL = 8800  # with 20 percent off for 10 points: saves 1760
HELD = {"available": 90, "held": 10, "stock_held": 1, "fen_held": 1760}
TAKEN = {"available": 90, "spent": 10, "stock_used": 1, "fen_given": 1760}
UNTOUCHED = {"available": 100}
WORDS, DECISION = "那天我不在遵义", "监控未见本人到店"  # of a head who disputes, and of who decides


class Phone:
    """Computes a pass's codes without a network, from nothing but what PassIssue answered and the published rule."""

    def __init__(self, issued: dict[str, Any]) -> None:
        self.id = str(issued["id"])
        self.secret = base64.urlsafe_b64decode(issued["secret"] + "==")
        self.pass_id = base64.urlsafe_b64decode(issued["code"].split(".")[1] + "==")
        self.slot = issued["shortCode"][:4]
        self.step_seconds = issued["stepSeconds"]

    def _mac(self, label: str, step: int) -> bytes:
        return hmac.new(self.secret, label.encode() + b"\0" + self.pass_id + step.to_bytes(8, "big"), "sha256").digest()

    def step(self, steps: int = 0, at: datetime | None = None) -> int:
        return int((at or clock.now()).timestamp()) // self.step_seconds + steps

    def qr(self, steps: int = 0, at: datetime | None = None) -> str:
        step = self.step(steps, at)
        return f"XD1.{text(self.pass_id)}.{step}.{text(self._mac('xingdian-qr-1', step)[:16])}"

    def short(self, steps: int = 0, at: datetime | None = None) -> str:
        number = int.from_bytes(self._mac("xingdian-short-1", self.step(steps, at))[:4], "big") % 1_000_000
        return checked(f"{self.slot}{number:06}")

    def wrong_short(self, by: int = 1) -> str:
        """A code of this slot whose MAC is wrong in every step and whose check digit is right."""
        good = {int(self.short(steps)[4:10]) for steps in range(-10, 11)}
        number = next(n for n in range(by * 1000, 1_000_000) if n not in good)
        return checked(f"{self.slot}{number:06}")


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def checked(digits: str) -> str:
    """With the check digit that makes it a code, found by trial."""
    from services.till.codes import parse

    return next(digits + str(check) for check in range(10) if parse(digits + str(check)))


async def phone(api: Api, place: Community, head: int = 0, discount: Any = None) -> Phone:
    """A phone with a fresh pass."""
    chosen = discount or place.discount
    payload = await story.done(
        api, place.head_people[head], "PassIssue",
        discountId=ids.make("Discount", chosen.id), requestNo=story.request_no(),
    )  # fmt: skip
    return Phone(payload["pass"])


async def prepare(api: Api, cashier: Person | None, code: str, bill_fen: int = BILL) -> dict[str, Any]:
    """The payload of RedemptionPrepare."""
    return await story.act(api, cashier, "RedemptionPrepare", code=code, billFen=bill_fen)


def token(payload: dict[str, Any]) -> str:
    """The token of a preparation that was made."""
    assert payload["errors"] == [], payload["errors"]
    return str(payload["preparation"]["token"])


async def prepared(api: Api, place: Community, head: int = 0, bill_fen: int = BILL) -> str:
    """The token of a fresh preparation."""
    return str((await story.prepared(api, place, head, bill_fen))["token"])


async def confirm(api: Api, cashier: Person | None, token: str, request_no: str | None = None) -> dict[str, Any]:
    """The payload of RedemptionConfirm."""
    number = request_no or story.request_no()
    return await story.act(api, cashier, "RedemptionConfirm", token=token, requestNo=number)


async def revoke(
    api: Api, cashier: Person | None, redemption: str, request_no: str | None = None, reason: str = "点错了"
) -> dict[str, Any]:
    """The payload of RedemptionRevoke."""
    number = request_no or story.request_no()
    return await story.act(api, cashier, "RedemptionRevoke", redemptionId=redemption, requestNo=number, reason=reason)


async def books(place: Community, head: int = 0) -> dict[str, int]:
    """What is held and taken of the community's discount, shop and head. Absent what is 0."""
    row = await database.fetch_one(
        """
        SELECT coalesce((SELECT held FROM discount_counters WHERE discount_id = $1), 0) AS stock_held,
            coalesce((SELECT used FROM discount_counters WHERE discount_id = $1), 0) AS stock_used,
            coalesce((SELECT sum(held_fen) FROM shop_months WHERE shop_id = $2), 0)::bigint AS fen_held,
            coalesce((SELECT sum(given_fen) FROM shop_months WHERE shop_id = $2), 0)::bigint AS fen_given,
            coalesce((SELECT balance FROM points_accounts WHERE head_id = $3 AND kind = 'AVAILABLE'), 0) AS available,
            coalesce((SELECT balance FROM points_accounts WHERE head_id = $3 AND kind = 'HELD'), 0) AS held,
            coalesce((SELECT sum(balance) FROM points_accounts WHERE kind = 'SPENT'), 0)::bigint AS spent
        """,
        place.discount.id, place.shop.id, place.heads[head].id,
    )  # fmt: skip
    assert row is not None
    assert await database.fetch_value("SELECT sum(balance) FROM points_accounts") == 0
    return {key: value for key, value in row.items() if value}


async def fingerprint() -> str:
    """A hash of every row of every table, to show that a refusal had no effect. (Sessions are stamped as seen.)"""
    tables = await database.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'sessions'"
        " ORDER BY tablename"
    )
    digest = hashlib.sha256()
    for table in tables:
        rows = await database.fetch(f'SELECT t::text AS row FROM "{table["name"]}" t ORDER BY 1')
        digest.update(json.dumps([table["name"], [row["row"] for row in rows]]).encode())
    return digest.hexdigest()


async def dispute(api: Api, who: Person | None, redemption: str, reason: str = WORDS) -> dict[str, Any]:
    return await act(api, who, "RedemptionDispute", redemptionId=redemption, reason=reason)


async def uphold(api: Api, who: Person | None, one: str, reason: str = DECISION) -> dict[str, Any]:
    return await act(api, who, "DisputeUphold", disputeId=one, reason=reason)


async def reject(api: Api, who: Person | None, one: str, reason: str = DECISION) -> dict[str, Any]:
    return await act(api, who, "DisputeReject", disputeId=one, reason=reason)


async def audited(subject: str, one: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM audit_entries WHERE subject = $1 AND subject_id = $2 ORDER BY id",
        subject, ids.find(one, subject),
    )  # fmt: skip
    return [row["action"] for row in rows]

"""What happens at a till: codes as a phone computes them, passes, redemptions and disputes, what is held and taken."""

import base64
import hmac
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import resvg_py
import zxingcpp

from models.enums import PreparationState
from models.till import Preparation
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.settlement import closing
from tests.town import points, story
from tests.town.documents import Api, instant, nodes
from tests.town.story import Story
from tests.town.world import Community, Person

PIXELS = 205  # a side of what an SVG is rendered to: 5 for each module of a pass's code
BLOCKS = {" ": (255, 255), "\u2580": (0, 255), "\u2584": (255, 0), "\u2588": (0, 0)}

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
        api,
        place.head_people[head],
        "PassIssue",
        discountId=ids.make("Discount", chosen.id),
        requestNo=story.request_no(),
    )
    return Phone(payload["pass"])


async def prepare(api: Api, cashier: Person | None, code: str, bill_fen: int = BILL) -> dict[str, Any]:
    """The payload of RedemptionPrepare."""
    return await story.act(api, cashier, "RedemptionPrepare", code=code, billFen=bill_fen)


def token(payload: dict[str, Any]) -> str:
    """The token of a preparation that was made."""
    assert payload["errors"] == [], payload["errors"]
    return str(payload["preparation"]["token"])


async def promised(api: Api, place: Community, head: int = 0, bill_fen: int = BILL) -> str:
    """The token of a fresh preparation."""
    return str((await prepared(api, place, head, bill_fen))["token"])


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
        place.discount.id,
        place.shop.id,
        place.heads[head].id,
    )
    assert row is not None
    assert await database.fetch_value("SELECT sum(balance) FROM points_accounts") == 0
    return {key: value for key, value in row.items() if value}


# -- Disputes, and what the audit says ---------------------------------------------------------------------------------


async def dispute(api: Api, who: Person | None, redemption: str, reason: str = WORDS) -> dict[str, Any]:
    return await story.act(api, who, "RedemptionDispute", redemptionId=redemption, reason=reason)


async def uphold(api: Api, who: Person | None, one: str, reason: str = DECISION) -> dict[str, Any]:
    return await story.act(api, who, "DisputeUphold", disputeId=one, reason=reason)


async def reject(api: Api, who: Person | None, one: str, reason: str = DECISION) -> dict[str, Any]:
    return await story.act(api, who, "DisputeReject", disputeId=one, reason=reason)


async def audited(subject: str, one: str) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM audit_entries WHERE subject = $1 AND subject_id = $2 ORDER BY id",
        subject,
        ids.find(one, subject),
    )
    return [row["action"] for row in rows]


# -- Passes and redemptions in a certain state -------------------------------------------------------------------------


async def issued(api: Api, place: Community, head: int = 0) -> dict[str, Any]:
    """A live pass of a head for the community's discount."""
    assert place.discount
    payload = await story.done(
        api,
        place.head_people[head],
        "PassIssue",
        discountId=ids.make("Discount", place.discount.id),
        requestNo=story.request_no(),
    )
    return dict(payload["pass"])


async def prepared(api: Api, place: Community, head: int = 0, bill_fen: int = 8800) -> dict[str, Any]:
    """A preparation at the community's shop."""
    assert place.cashier
    live = await issued(api, place, head)
    payload = await story.done(api, place.cashier, "RedemptionPrepare", code=live["code"], billFen=bill_fen)
    return dict(payload["preparation"])


async def given_up(place: Community) -> None:
    """What is prepared at the community's shop is not confirmed in time: another cashier may prepare it."""
    await Preparation.filter(shop_id=place.shop.id, state=PreparationState.LIVE).update(expires_at=clock.now())


async def redeemed(api: Api, place: Community, head: int = 0, bill_fen: int = 8800) -> dict[str, Any]:
    """A confirmed redemption at the community's shop."""
    assert place.cashier
    preparation = await prepared(api, place, head, bill_fen)
    payload = await story.done(
        api, place.cashier, "RedemptionConfirm", token=preparation["token"], requestNo=story.request_no()
    )
    return dict(payload["redemption"])


async def disputed(api: Api, place: Community, head: int = 0, reason: str = "没有去过这家店") -> str:
    """A redemption that its head disputes: the dispute."""
    made = await redeemed(api, place, head)
    payload = await story.done(
        api, place.head_people[head], "RedemptionDispute", redemptionId=made["id"], reason=reason
    )
    return str(payload["dispute"]["id"])


# -- The story ---------------------------------------------------------------------------------------------------------


async def a_head_disputes_and_an_administrator_decides(told: Story) -> None:
    """Two redemptions of one day are disputed; one is rejected at once, one upheld when the day is settled."""
    a, admin, shop = told.a, told.world.admin, {"id": ids.make("Shop", told.a.shop.id), "name": "A小吃店"}
    day = business_days.statement_day_of(clock.now())
    await points.give_points(a.heads[0].id, 100)
    first, second = [await redeemed(told.api, a) for _ in range(2)]
    opened = {}
    for one in (first, second):
        made = await told.done(told.head, "RedemptionDispute", redemptionId=one["id"], reason=WORDS)
        opened[one["id"]] = made["id"]
        assert made == {
            "id": made["id"],
            "state": "OPEN",
            "reason": WORDS,
            "openedAt": told.now,
            "redemption": {"id": one["id"], "state": "CONFIRMED", "availableActions": ["THANK"]},
        }
    area = ids.make("Area", a.community.id)
    waiting = nodes((await told.run(admin, "DisputesToDecide", areaId=area))["disputes"])
    assert [one["id"] for one in waiting] == list(opened.values())
    assert waiting[0] == {
        "id": opened[first["id"]], "state": "OPEN", "reason": WORDS, "openedAt": told.now, "decidedAt": None,
        "decisionReason": None, "correctionDay": None, "availableActions": ["UPHOLD", "REJECT"],
        "redemption": {
            **{name: first[name] for name in ("id", "state", "discount", "confirmedAt", "billFen", "payableFen")},
            **{name: first[name] for name in ("savedFen", "costPoints")},
            "headName": "赵联户", "shop": shop, "statementDay": day.isoformat(),
        },
    }  # fmt: skip

    rejected = await told.done(admin, "DisputeReject", disputeId=opened[second["id"]], reason="监控可见本人到店")
    assert rejected == {
        "id": opened[second["id"]],
        "state": "REJECTED",
        "decidedAt": told.now,
        "decisionReason": "监控可见本人到店",
        "availableActions": [],
        "redemption": {"id": second["id"], "state": "CONFIRMED"},
    }
    told.travel.to(business_days.statement_closes_at(day).astimezone(clock.SHANGHAI))
    assert await closing.close_due() >= 1
    upheld = await told.done(admin, "DisputeUphold", disputeId=opened[first["id"]], reason="当天未到店")
    correction = business_days.statement_day_of(clock.now()).isoformat()
    assert upheld == {
        "id": opened[first["id"]],
        "state": "UPHELD",
        "decidedAt": told.now,
        "decisionReason": "当天未到店",
        "correctionDay": correction,
        "availableActions": [],
        "redemption": {"id": first["id"], "state": "REVERSED"},
    }
    (decided,) = nodes((await told.run(admin, "DisputesToDecide", states=["UPHELD"]))["disputes"])
    assert (decided["id"], decided["correctionDay"]) == (opened[first["id"]], correction)

    mine = nodes((await told.run(told.head, "MyRedemptions", first=2))["viewer"]["householdHead"]["redemptions"])
    assert [(one["id"], one["state"], one["dispute"]["decisionReason"]) for one in mine] == [
        (second["id"], "CONFIRMED", "监控可见本人到店"),
        (first["id"], "REVERSED", "当天未到店"),
    ]
    assert mine[1]["dispute"]["decidedAt"] == instant(clock.now())
    settled = (await told.run(told.cashier, "ShopDay", shopId=shop["id"], date=day.isoformat()))["shopDay"]
    told_of = {row["id"]: row["dispute"] for row in nodes(settled["redemptions"])}
    assert told_of[first["id"]] == {
        "id": opened[first["id"]],
        "state": "UPHELD",
        "decisionReason": "当天未到店",
        "correctionDay": correction,
    }


# -- QR codes, read as a scanner does: by a renderer and a decoder that know nothing of ours ---------------------------


def read_svg(document: str, width: int = PIXELS) -> list[str]:
    """The texts of the QR codes that an SVG shows on a dark page: its own white must make them readable."""
    return read_png(resvg_py.svg_to_bytes(svg_string=document, width=width, background="#000"))


def read_png(file: bytes) -> list[str]:
    """The texts of the QR codes in a PNG."""
    return [one.text for one in codes_in(_pixels(file))]


def read_blocks(lines: Sequence[str]) -> list[str]:
    """The texts of the QR codes that lines of block characters show in black on white."""
    return [one.text for one in codes_in(pixels(lines))]


def pixels(lines: Sequence[str]) -> list[list[int]]:
    """The grey of each pixel that lines of block characters show, row by row."""
    return [
        [BLOCKS[character][half] for character in line for _ in range(4)]
        for line in lines
        for half in (0, 1)
        for _ in range(4)
    ]


def codes_in(rows: Sequence[Sequence[int]]) -> list[zxingcpp.Barcode]:
    """The QR codes in a picture, dark on light."""
    picture = memoryview(b"".join(map(bytes, rows))).cast("B", (len(rows), len(rows[0])))
    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return [one for one in read if one.valid]


def _pixels(file: bytes) -> list[list[int]]:
    """The grey of each pixel, row by row (W3C PNG, for what is not interlaced and has no palette)."""
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = [], 8
    while at < len(file):
        length, kind = struct.unpack_from(">I4s", file, at)
        chunks.append((kind, file[at + 8 : at + 8 + length]))
        at += length + 12
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    channels = {0: 1, 2: 3, 6: 4}[colour]
    step = max(1, channels * depth // 8)
    long = (width * channels * depth + 7) // 8
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    drawn, above = [], bytes(long)
    for start in range(0, height * (long + 1), long + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + long], above, step)
        if depth == 1:
            drawn.append([255 * (above[x // 8] >> (7 - x % 8) & 1) for x in range(width)])
        else:
            drawn.append([above[x * channels] for x in range(width)])
    return drawn


def _unfiltered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    done = bytearray(row)
    for x in range(len(row)):
        left, corner = (done[x - step], above[x - step]) if x >= step else (0, 0)
        up = above[x]
        near = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        done[x] = (row[x] + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(done)

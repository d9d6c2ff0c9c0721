"""A shop's settled days: redemptions at a moment, disputes, statements, and a hash computed without our own code."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.kit.viewer import Viewer
from services.settlement import closing
from services.till import dispute_actions
from services.work import tick
from tests.town import points, till
from tests.town import world as district
from tests.town.documents import Api, instant, nodes
from tests.town.story import Story
from tests.town.world import Community, Person, Travel, World, keep_signed_in

FRIDAY = date(2026, 5, 15)
LONG_AGO = FRIDAY - timedelta(days=199)  # the first day that `settled_day` closes on that Friday


def at(text: str) -> datetime:
    """A moment on the clock in the district, such as 2026-05-15T12:00."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


async def viewer(who: Person) -> Viewer:
    """Somebody as the services know them."""
    await keep_signed_in()
    return await district.viewer(who)


async def redeemed(api: Api, travel: Travel, place: Community, when: str, bill_fen: int = 8800) -> UUID:
    """A redemption that was confirmed at that moment; the clock goes on from there."""
    travel.to(at(when))
    await keep_signed_in()
    done = await till.redeemed(api, place, bill_fen=bill_fen)
    found = ids.find(done["id"], "Redemption")
    assert found
    return found


async def disputed(place: Community, redemption_id: UUID) -> UUID:
    """The dispute that the head opened now."""
    opened = await dispute_actions.open_dispute(await viewer(place.head_people[0]), redemption_id, "那天我不在")
    return opened.id


async def upheld(world: World, redemption_id: UUID, place: Community | None = None) -> UUID:
    """A dispute of a redemption, opened and upheld now."""
    dispute_id = await disputed(place or world.a, redemption_id)
    await dispute_actions.uphold(await viewer(world.admin), dispute_id, "监控未见本人")
    return dispute_id


async def closed_at(travel: Travel, when: str) -> int:
    """How many days were closed at that moment."""
    travel.to(at(when))
    return await closing.close_due()


async def kept(place: Community) -> list[dict[str, Any]]:
    """The shop's statements by day, each with its `rows` in their places."""
    statements = await database.fetch("SELECT * FROM statements WHERE shop_id = $1 ORDER BY day", place.shop.id)
    for one in statements:
        one["rows"] = await database.fetch(
            "SELECT * FROM statement_rows WHERE statement_id = $1 ORDER BY place", one["id"]
        )
    return statements


async def settled_day(api: Api, place: Community) -> str:
    """A statement of one more redemption, on a day of its own in the past: the day after the one closed last."""
    done = await till.redeemed(api, place)
    day = (await closed_through(place) or clock.day_of(clock.now()) - timedelta(days=200)) + timedelta(days=1)
    key = ids.find(done["id"], "Redemption")
    await database.execute("UPDATE redemptions SET statement_day = $2 WHERE id = $1", key, day)
    assert place.shop and await closing.close_next(place.shop.id) == day
    return ids.make("Statement", await database.fetch_value("SELECT id FROM statements ORDER BY id DESC LIMIT 1"))


async def acknowledging(api: Api, place: Community) -> dict[str, Any]:
    """The input with which a fresh statement is acknowledged."""
    made = await settled_day(api, place)
    found = await database.fetch_value("SELECT sha256 FROM statements WHERE id = $1", ids.find(made, "Statement"))
    return {"statementId": made, "sha256": found.hex()}


async def closed_through(place: Community) -> date | None:
    return await database.fetch_value("SELECT closed_through FROM shops WHERE id = $1", place.shop.id)


# The hash once more, from docs/settlement.md alone.


def jcs(value: Any) -> str:
    """RFC 8785, as far as a statement needs it."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{jcs(key)}:{jcs(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    return json.dumps(value)


def canonical(statement: dict[str, Any]) -> str:
    """The canonical form of a statement as `kept` gives it."""
    rows = [
        {
            "place": row["place"],
            "kind": row["kind"],
            "redemption": str(row["redemption_id"]),
            "happenedAt": row["happened_at"].astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z",
            "billFen": row["bill_fen"],
            "savedFen": row["saved_fen"],
            "payableFen": row["payable_fen"],
            "points": row["points"],
        }
        for row in statement["rows"]
    ]
    kinds = [row["kind"] for row in rows]
    return jcs(
        {
            "version": 1,
            "shop": str(statement["shop_id"]),
            "day": str(statement["day"]),
            "rows": rows,
            "totals": {
                "redemptions": kinds.count("REDEMPTION"),
                "corrections": kinds.count("CORRECTION"),
                **{name: sum(row[name] for row in rows) for name in ("billFen", "savedFen", "payableFen", "points")},
            },
            "revoked": statement["revoked"],
            "previousSha256": statement["previous_sha256"].hex() if statement["previous_sha256"] else None,
        }
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# -- The story ---------------------------------------------------------------------------------------------------------


async def days_are_settled(told: Story) -> None:
    """What the story gave in a shop, and one redemption more of today."""
    a, admin, cashier = told.a, told.world.admin, told.cashier
    assert a.shop
    await keep_signed_in()
    await points.give_points(a.heads[0].id, 50)
    await till.redeemed(told.api, a)
    today = business_days.statement_day_of(clock.now())
    told.travel.to(business_days.statement_closes_at(today).astimezone(clock.SHANGHAI))
    assert (await tick.run())["failed"] == 0
    await keep_signed_in()
    shop = {"id": ids.make("Shop", a.shop.id), "name": "A小吃店"}

    listed = (await told.run(cashier, "ShopStatements", id=shop["id"]))["node"]
    newest, *_, oldest = nodes(listed.pop("statements"))
    assert listed == shop and (newest["date"], oldest["date"]) == (today.isoformat(), "2026-05-15")
    assert (oldest["redemptions"], oldest["revoked"], oldest["savedFen"]) == (1, 1, 1760)
    assert newest["closedAt"] == instant(clock.now()) and newest["acknowledgeableAs"] == ["SHOP"]

    detail = (await told.run(cashier, "StatementDetail", id=newest["id"]))["node"]
    rows = nodes(detail.pop("rows"))
    assert rows[0]["redemption"]["headName"] == "赵**" and len(rows) == newest["redemptions"] + newest["corrections"]
    assert {name: detail[name] for name in newest} == newest and detail["shop"] == shop
    await told.run(cashier, "StatementDetail", id=oldest["id"])

    queue = nodes((await told.run(admin, "StatementsToAcknowledge"))["statements"])
    area = {"id": ids.make("Area", a.community.id), "name": "A社区"}
    (waiting,) = (one for one in queue if one["id"] == newest["id"])
    assert waiting["shop"] == {**shop, "area": area} and waiting["acknowledgeableAs"] == ["DISTRICT"]
    assert waiting["availableActions"] == ["ACKNOWLEDGE"]
    seen = {"statementId": newest["id"], "sha256": newest["sha256"]}
    assert await told.done(cashier, "StatementAcknowledge", **seen) == {
        "id": newest["id"],
        "date": newest["date"],
        "sha256": newest["sha256"],
        "acknowledgeableAs": [],
        "availableActions": [],
        "shopAcknowledgedAt": instant(clock.now()),
        "districtAcknowledgedAt": None,
    }
    both = await told.done(admin, "StatementAcknowledge", **seen)
    assert both["districtAcknowledgedAt"] == instant(clock.now())
    queue = nodes((await told.run(admin, "StatementsToAcknowledge"))["statements"])
    assert newest["id"] not in {one["id"] for one in queue}
    of_day = {"waitingFor": None, "date": newest["date"]}
    queue = nodes((await told.run(admin, "StatementsToAcknowledge", **of_day))["statements"])
    assert newest["id"] in {one["id"] for one in queue}
    await told.run(cashier, "ShopStatements", id=shop["id"])
    await told.run(cashier, "StatementDetail", id=newest["id"])
    day = (await told.run(cashier, "ShopDay", shopId=shop["id"], date=oldest["date"]))["shopDay"]
    assert day["statement"] == {"id": oldest["id"], "sha256": oldest["sha256"], "acknowledgeableAs": ["SHOP"]}

    month = (await told.run(cashier, "StatementMonth", shopId=shop["id"], month=newest["date"][:7]))["statementMonth"]
    assert month["shop"] == shop and month["acknowledged"] == 1
    given = {"shopId": shop["id"], "date": newest["date"], "format": "JSON"}
    file = (await told.run(cashier, "StatementFile", **given))["statementFile"]
    assert digest(base64.b64decode(file["contentBase64"]).decode()) == newest["sha256"]

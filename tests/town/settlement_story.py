"""The part of the story in which a shop's days are settled: closed, read, acknowledged by both, and taken home."""

import base64

from schema.graph import ids
from services.kit import business_days, clock
from services.work import tick
from tests.town import story
from tests.town.documents import nodes
from tests.town.settlement import digest
from tests.town.story import Story
from tests.town.world import keep_signed_in


async def days_are_settled(told: Story) -> None:
    """What the story gave in a shop, and one redemption more of today."""
    a, admin, cashier = told.a, told.world.admin, told.cashier
    assert a.shop
    await keep_signed_in()
    await story.give_points(a.heads[0].id, 50)
    await story.redeemed(told.api, a)
    today = business_days.statement_day_of(clock.now())
    told.travel.to(business_days.statement_closes_at(today).astimezone(clock.SHANGHAI))
    assert (await tick.run())["failed"] == 0
    await keep_signed_in()
    shop = {"id": ids.make("Shop", a.shop.id), "name": "A小吃店"}

    listed = (await told.run(cashier, "ShopStatements", id=shop["id"]))["node"]
    newest, *_, oldest = nodes(listed.pop("statements"))
    assert listed == shop and (newest["date"], oldest["date"]) == (today.isoformat(), "2026-05-15")
    assert (oldest["redemptions"], oldest["revoked"], oldest["savedFen"]) == (1, 1, 1760)
    assert newest["closedAt"] == clock.now().isoformat() and newest["acknowledgeableAs"] == ["SHOP"]

    detail = (await told.run(cashier, "StatementDetail", id=newest["id"]))["node"]
    rows = nodes(detail.pop("rows"))
    assert rows[0]["redemption"]["headName"] == "赵**" and len(rows) == newest["redemptions"] + newest["corrections"]
    assert {name: detail[name] for name in newest} == newest and detail["shop"] == shop
    await told.run(cashier, "StatementDetail", id=oldest["id"])

    queue = nodes((await told.run(admin, "StatementsToAcknowledge"))["statements"])
    area = {"id": ids.make("Area", a.community.id), "name": "A社区"}
    (waiting,) = (one for one in queue if one["id"] == newest["id"])
    assert waiting["shop"] == {**shop, "area": area} and waiting["acknowledgeableAs"] == ["DISTRICT"]
    seen = {"statementId": newest["id"], "sha256": newest["sha256"]}
    assert await told.done(cashier, "StatementAcknowledge", **seen) == {
        "id": newest["id"], "date": newest["date"], "sha256": newest["sha256"], "acknowledgeableAs": [],
        "shopAcknowledgedAt": clock.now().isoformat(), "districtAcknowledgedAt": None,
    }  # fmt: skip
    both = await told.done(admin, "StatementAcknowledge", **seen)
    assert both["districtAcknowledgedAt"] == clock.now().isoformat()
    queue = nodes((await told.run(admin, "StatementsToAcknowledge"))["statements"])
    assert newest["id"] not in {one["id"] for one in queue}
    of_day = {"waitingFor": None, "date": newest["date"]}
    queue = nodes((await told.run(admin, "StatementsToAcknowledge", **of_day))["statements"])
    assert newest["id"] in {one["id"] for one in queue}
    await told.run(cashier, "ShopStatements", id=shop["id"])
    await told.run(cashier, "StatementDetail", id=newest["id"])
    day = (await told.run(cashier, "ShopDay", shopId=shop["id"], date=oldest["date"]))["shopDay"]
    assert day["statement"] == {"id": oldest["id"], "sha256": oldest["sha256"], "acknowledgeableAs": ["SHOP"]}

    month = (await told.run(cashier, "StatementMonth", shopId=shop["id"], month=newest["date"]))["statementMonth"]
    assert month["shop"] == shop and month["acknowledged"] == 1
    given = {"shopId": shop["id"], "date": newest["date"], "format": "JSON"}
    file = (await told.run(cashier, "StatementFile", **given))["statementFile"]
    assert digest(base64.b64decode(file["contentBase64"]).decode()) == newest["sha256"]

"""Every query of docs/operations, compiled ÷ stock: CPU of the server's process a request.

Of the demo's first story set: whoever a document is for sends it, about things that are there.
"""

import json
from datetime import timedelta
from typing import Any

from district import District
from load import Request, press
from measures import Found, Sample
from sides import ROOT, PostgreSQL, Side, sampled

from models.enums import Role
from schema.graph import ids
from services import demo
from services.db import database
from services.kit import clock
from services.kit.hours import month_text
from services.kit.settings import current

DOCUMENTS = ROOT / "docs" / "operations"
SHARE_OF_SECONDS = 1 / 10  # of a turn at a read
MAX_ROUNDS = 3
WARM_UP, WARM_UP_SECONDS = 20, 0.3  # whichever is less
TODAY = f"{clock.day_of(clock.now())}"
MONTH = month_text(clock.day_of(clock.now()))
SETTLED = month_text(clock.month_of(clock.now()) - timedelta(days=1))  # on a month's first day it has no statement yet

# A thing that a variable names: its type in the graph, and SQL for its id; $1 is the asker's account.
_OWN_SHOP = "SELECT shop_id AS id FROM memberships WHERE account_id = $1 AND role = 'SHOP_STAFF' LIMIT 1"
_OWN_HEAD = "SELECT head_id FROM memberships WHERE account_id = $1 AND role = 'HOUSEHOLD_HEAD'"
THINGS = {
    "district": ("Area", "SELECT id FROM areas WHERE parent_id IS NULL AND $1::uuid IS NOT NULL"),
    "shop": ("Shop", _OWN_SHOP),
    "discount": ("Discount", f"SELECT id FROM discounts WHERE shop_id IN ({_OWN_SHOP}) ORDER BY id LIMIT 1"),
    "statement": ("Statement", f"SELECT id FROM statements WHERE shop_id IN ({_OWN_SHOP}) ORDER BY id DESC LIMIT 1"),
    "endpoint": ("WebhookEndpoint", f"SELECT id FROM webhook_endpoints WHERE shop_id IN ({_OWN_SHOP}) LIMIT 1"),
    "pass": ("Pass", f"SELECT id FROM passes WHERE head_id IN ({_OWN_HEAD}) ORDER BY id DESC LIMIT 1"),
    "rated wish": (
        "Wish",
        f"SELECT id FROM wishes WHERE head_id IN ({_OWN_HEAD}) AND state = 'RATED' ORDER BY id DESC LIMIT 1",
    ),
    "waiting wish": (
        "Wish",
        "SELECT w.id FROM wishes w JOIN areas g ON g.id = w.grid_id JOIN memberships m ON m.account_id = $1"
        " JOIN areas a ON a.id = m.area_id AND starts_with(g.path, a.path)"
        " ORDER BY w.state = 'SUBMITTED' DESC, w.id DESC LIMIT 1",
    ),
    "any shop": ("Shop", "SELECT id FROM shops WHERE $1::uuid IS NOT NULL ORDER BY id LIMIT 1"),
    **{
        name: (
            kind,
            f"SELECT one.id FROM {table} one JOIN areas g ON g.id = one.grid_id JOIN memberships m ON m.account_id = $1"
            " JOIN areas a ON a.id = m.area_id AND starts_with(g.path, a.path) ORDER BY one.id LIMIT 1",
        )
        for name, kind, table in (
            ("head", "HouseholdHead", "household_heads"),
            ("household", "Household", "households"),
        )
    },
    "closed board": ("BoardClosing", "SELECT id FROM board_closings WHERE $1::uuid IS NOT NULL ORDER BY id LIMIT 1"),
    "season": ("Season", "SELECT id FROM seasons WHERE $1::uuid IS NOT NULL ORDER BY id LIMIT 1"),
    "agreement": ("Agreement", "SELECT id FROM agreements WHERE $1::uuid IS NOT NULL AND state = 'ACTIVE' LIMIT 1"),
    "granted": ("Discount", "SELECT discount_id AS id FROM grants WHERE $1::uuid IS NOT NULL ORDER BY id LIMIT 1"),
    "signal": ("Signal", "SELECT id FROM signals WHERE $1::uuid IS NOT NULL ORDER BY id DESC LIMIT 1"),
}


class Of:
    """The id of a thing, as a variable."""

    def __init__(self, thing: str) -> None:
        self.thing = thing


# Whose a document is, by the word that stands first in it; whoever is not here needs no token.
ROLES = {
    "居民": Role.RESIDENT,
    "联户长": Role.HOUSEHOLD_HEAD,
    "社区与网格": Role.COMMUNITY_STAFF,
    "店主": Role.SHOP_STAFF,
    "店员": Role.SHOP_STAFF,
    "区管理与审计": Role.DISTRICT_ADMIN,
    "所有人": Role.HOUSEHOLD_HEAD,
}

_CATEGORIES = ("ERRAND", "REPAIR", "CARE", "COMPANY", "STUDY", "GOODS", "OTHER")
_SHOP = {"id": Of("shop")}

# The variables of those that need some.
VARIABLES: dict[str, dict[str, Any]] = {
    "AgreementDetail": {"id": Of("agreement")},
    "AreaChildren": {"id": Of("district")},
    "AreaBoard": {"period": "YEAR"},
    "BoardClosing": {"id": Of("closed board")},
    "BoardClosings": {"period": "MONTH"},
    "DiscountGrants": {"id": Of("granted")},
    "DiscountVersions": {"id": Of("discount")},
    "DispatchCandidates": {"wishId": Of("waiting wish")},
    "ExplainReward": {"wishId": Of("rated wish")},
    "HeadDetail": {"id": Of("head")},
    "HeadWishes": {"states": ["RATED"]},
    "HouseholdDetail": {"id": Of("household")},
    "Leaderboard": {"period": "MONTH", "first": 50},
    "LeaderboardMe": {"period": "MONTH"},
    "Nearby": {"latitude": 27.73, "longitude": 106.93},
    "PassQr": {"id": Of("pass")},
    "PointsHistory": {"first": 50},
    "RedemptionByRequestNo": {"requestNo": "bench"},
    "RewardRuleTrial": {
        "base": [{"category": name, "points": 2} for name in _CATEGORIES],
        "bonus": [{"stars": stars, "points": 1} for stars in (3, 4, 5)],
    },
    **dict.fromkeys(
        (
            "ShopAlerts",
            "ShopChanges",
            "ShopDetail",
            "ShopDiscounts",
            "ShopInvitations",
            "ShopStaff",
            "ShopStatements",
            "ShopWebhooks",
        ),
        _SHOP,
    ),
    "ShopDay": {"shopId": Of("shop"), "date": TODAY},
    "ServiceRecord": {"from": f"{SETTLED}-01", "until": TODAY},
    "ServiceRecordVerify": {"code": "AQ"},
    "ShopReport": {"shopId": Of("shop"), "month": MONTH},
    "ShopToManage": {"id": Of("any shop")},
    "SeasonCandidates": {"id": Of("season")},
    "SeasonDetail": {"id": Of("season")},
    "SeasonObjections": {"id": Of("season")},
    "SignalDetail": {"id": Of("signal")},
    "StatementDetail": {"id": Of("statement")},
    "StatementFile": {"shopId": Of("shop"), "format": "CSV", "month": SETTLED},
    "StatementMonth": {"shopId": Of("shop"), "month": SETTLED},
    "WebhookDeliveries": {"id": Of("endpoint")},
    "WishDetail": {"id": Of("rated wish")},
    "WishQueue": {"first": 50},
}


def queries() -> list[str]:
    """Return the names of all documents that read."""
    return [path.stem for path in sorted(DOCUMENTS.glob("*.graphql")) if "\nquery " in path.read_text()]


async def asked(place: District) -> dict[str, Request]:
    """Return the request of each query. Without those about a thing of which the district has none."""
    async with database.connected(place.url, current()):
        bearers = {role: await demo.bearer(role) for role in set(ROLES.values())}
        found = {}
        for name in queries():
            text = (DOCUMENTS / f"{name}.graphql").read_text()
            role = ROLES.get(text[2:].split(" ", 1)[0])
            variables = {key: await _value(value, role) for key, value in VARIABLES.get(name, {}).items()}
            if None not in variables.values():
                body = {"query": text, "variables": variables}
                found[name] = Request("/graphql", body, bearers[role].token if role else None)
        return found


async def _value(value: Any, role: Role | None) -> Any:
    """Return a variable as it is sent; None where there is no such thing."""
    if not isinstance(value, Of):
        return value
    kind, sql = THINGS[value.thing]
    sets = await database.fetch_value("SELECT value->'sets'->0 FROM markers WHERE key = $1", demo.MARKER)
    key = await database.fetch_value(sql, json.loads(sets)[role or Role.SHOP_STAFF])
    return ids.make(kind, key) if key else None


async def measure(compiled: Side, stock: Side, place: District, found: Found) -> None:
    """Send each query to both, one request after the other, in turn."""
    postgres, requests = PostgreSQL(place.postmaster), await asked(place)
    found.not_asked = sorted(set(queries()) - set(requests))
    for turn in range(min(found.rounds, MAX_ROUNDS)):
        for name, request in requests.items():
            for side in (compiled, stock) if turn % 2 else (stock, compiled):
                if turn == 0:
                    await press([side.port], [request], WARM_UP_SECONDS, connections=1, most=WARM_UP)
                found.samples.append(await _sample(side, name, request, turn, postgres, found.seconds))


async def _sample(side: Side, name: str, request: Request, turn: int, postgres: PostgreSQL, seconds: float) -> Sample:
    return await sampled([side], f"query {name}", [request], turn, postgres, seconds * SHARE_OF_SECONDS, connections=1)

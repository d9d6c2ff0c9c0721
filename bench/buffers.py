"""Which reads grow: the buffers of every statement of the frontends' operations, on districts of different size.

`.venv/bin/python bench/buffers.py walk OUT.json` with DATA_DIR naming a district of `bench/growth.py`, then
`.venv/bin/python bench/buffers.py compare SMALL.json LARGE.json`.

Every query of docs/operations runs as the person to whom it shows most: its first page, a page far behind, searches,
filters; then a wish's and a redemption's mutations from end to end, decisions, and what runs by itself. Each statement
is explained where it is sent, in its own transaction and with its own arguments: once with the plan made for them, once
with the generic one, which the program's connections use, and which is compared. Counted are shared buffers, hit or
read, and rows that scans gave or dropped, so that neither caches nor other programs change a figure. The walk changes
the district: copy it first.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["REQUEST_TIMEOUT_SECONDS"] = "60"  # each statement runs three times
os.environ["PERSONAL_RECORDS_PER_HOUR"] = "1000000"  # nobody reads all of it within an hour

import asyncpg
import httpx

from models.enums import Role
from schema.graph import ids
from schema.http.asgi import create_app
from services import demo
from services.accounts import sessions
from services.db import database, embedded, engine
from services.db.paging import PageRequest
from services.economy import kept
from services.kit import clock
from services.kit.hours import month_text
from services.kit.settings import current
from services.work import due, relay, tick

OPERATIONS = ROOT / "docs" / "operations"
GROWS = 2.0  # times
NOTICED = 40  # buffers or rows, below which growth is that of a tree's height
PAGE = 20
SET = int(os.environ.get("SET", "1"))  # the story set: the first has the history
DEEP = 5  # pages of 100 before a page far behind


# -- what a statement costs ------------------------------------------------------------------------------------------


class Watched(engine._Connection):
    """A connection that explains each statement before it runs, while `seen` collects."""

    seen: list[dict[str, Any]] | None = None

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        """Explain, then fetch."""
        await self._explain(query, args)
        return await super().fetch(query, *args, **options)

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Explain, then execute."""
        await self._explain(query, args)
        return await super().execute(query, *args, **options)

    async def _explain(self, query: str, args: Sequence[Any]) -> None:
        seen = Watched.seen
        if seen is None or query.split(None, 1)[0].strip("(") not in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}:
            return
        statement = {"sql": query}
        for plan in ("custom", "generic"):
            mark = self.transaction()
            await mark.start()
            try:
                statement |= {plan: _costs(await self._plan(query, args, generic=plan == "generic"))}
            except asyncpg.PostgresError as error:
                statement |= {plan: {"buffers": 0, "rows": 0, "error": str(error)}}
            finally:
                await mark.rollback()
        seen.append(statement)

    async def _plan(self, query: str, args: Sequence[Any], *, generic: bool) -> Any:
        explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"
        fetch = super().fetch
        if not generic:
            return json.loads((await fetch(f"{explain} {query}", *args))[0][0])
        prepared = await self.prepare(query)
        kinds = ", ".join(f"{kind.schema}.{_named(kind.name)}" for kind in prepared.get_parameters())
        await super().execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await super().execute(f"PREPARE walked {f'({kinds})' if kinds else ''} AS {query}")
        values = ", ".join(map(_literal, args))
        try:
            return json.loads((await fetch(f"{explain} EXECUTE walked {f'({values})' if values else ''}"))[0][0])
        finally:
            await super().execute("DEALLOCATE walked")


def _named(kind: str) -> str:
    return f"{kind[:-2]}[]" if kind.endswith("[]") else kind


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, list | tuple):
        return "'{" + ",".join(_element(one) for one in value) + "}'"
    if isinstance(value, Enum):
        value = value.value
    return "'" + str(value).replace("'", "''") + "'"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = f"\\x{value.hex()}" if isinstance(value, bytes) else str(value.value if isinstance(value, Enum) else value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''") + '"'


def _costs(explained: Any) -> dict[str, Any]:
    """Buffers of a plan, rows that its scans gave or dropped, and the tables of which a scan touched many."""
    plan = explained[0]["Plan"]
    rows, many = 0, {}
    for node in _nodes(plan):
        if "Scan" in node["Node Type"]:
            touched = (
                node["Actual Rows"]
                + node.get("Rows Removed by Filter", 0)
                + node.get("Rows Removed by Index Recheck", 0)
            ) * node["Actual Loops"]
            rows += touched
            name = f"{node['Node Type']} {node.get('Index Name', node.get('Relation Name', ''))}"
            many[name] = many.get(name, 0) + touched
    worst = sorted(many, key=many.__getitem__, reverse=True)[:3]
    return {
        "buffers": plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        "rows": round(rows),
        "scans": [f"{name} {many[name]:.0f}" for name in worst],
    }


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


# -- whom to ask what ------------------------------------------------------------------------------------------------

KNOWN = """
SELECT h.id AS household, h.grid_id AS grid, hh.id AS head, s.id AS shop, s.area_id AS shop_community, d.id AS discount,
    g.parent_id AS community, c.parent_id AS subdistrict, hh.name AS head_name, sa.account_id AS owner_account,
    (SELECT id FROM areas WHERE parent_id IS NULL) AS district,
    (SELECT id FROM wishes w WHERE w.head_id = hh.id AND w.state = 'RATED' ORDER BY id LIMIT 1) AS rated,
    (SELECT id FROM wishes w WHERE w.grid_id IN (SELECT id FROM areas b WHERE b.parent_id = g.parent_id)
        AND w.state = 'SUBMITTED' ORDER BY id LIMIT 1) AS waiting,
    (SELECT id FROM signals WHERE shop_id = s.id ORDER BY id LIMIT 1) AS signal,
    (SELECT id FROM statements WHERE shop_id = s.id ORDER BY day LIMIT 1) AS statement,
    (SELECT min(day) FROM statements WHERE shop_id = s.id)::text AS day,
    (SELECT max(confirmed_at::date) FROM redemptions WHERE shop_id = s.id)::text AS last_day,
    (SELECT id FROM board_closings b WHERE b.area_id = g.parent_id AND b.period = 'MONTH' ORDER BY ends_at DESC LIMIT 1)
        AS closing,
    (SELECT id FROM agreements WHERE state = 'ACTIVE' ORDER BY id LIMIT 1) AS agreement,
    (SELECT discount_id FROM grants ORDER BY id LIMIT 1) AS gift,
    (SELECT id FROM seasons WHERE state = 'CONCLUDED' ORDER BY id LIMIT 1) AS concluded,
    (SELECT id FROM seasons WHERE title = 'usual') AS usual, (SELECT id FROM seasons WHERE title = 'all') AS every,
    (SELECT id FROM seasons WHERE title = 'nobody') AS nobody,
    (SELECT request_no FROM requests q WHERE q.owner_id = s.id AND q.operation = 'redemptionConfirm'
        ORDER BY q.id LIMIT 1) AS request_no
FROM (SELECT value::jsonb -> 'sets' -> {place} AS one FROM markers WHERE key = 'demo') marked
JOIN memberships r ON r.account_id = (one ->> 'RESIDENT')::uuid
JOIN households h ON h.id = r.household_id JOIN areas g ON g.id = h.grid_id JOIN areas c ON c.id = g.parent_id
JOIN memberships m ON m.account_id = (one ->> 'HOUSEHOLD_HEAD')::uuid JOIN household_heads hh ON hh.id = m.head_id
JOIN memberships sa ON sa.account_id = (one ->> 'SHOP_STAFF')::uuid AND sa.revoked_at IS NULL
JOIN shops s ON s.id = sa.shop_id
JOIN LATERAL (SELECT id FROM discounts WHERE shop_id = s.id AND state = 'ACTIVE' ORDER BY id LIMIT 1) d ON true
"""
# Open seasons of the whole district, by how many meet their rules.
SEASONS = """
INSERT INTO seasons (id, area_id, title, subject, basis, criteria, deeds_from, deeds_until, nominate_from,
    nominate_until, quota, rule, notice_days, state, drafted_by_id, drafted_at, opened_by_id, opened_at)
SELECT gen_random_uuid(), area.id, title, 'HEAD', 'basis', 'criteria', current_date - 365, current_date, current_date,
    current_date + 30, 1, rule::jsonb, 7, 'OPEN', account.id, now(), account.id, now()
FROM (SELECT id FROM areas WHERE parent_id IS NULL) area, (SELECT id FROM accounts ORDER BY id LIMIT 1) account, (VALUES
    ('usual', '{"months": 6, "wishes": 6, "households": 3, "ratings": 3, "average_tenths": 45}'),
    ('all', '{"months": 0, "wishes": 0, "households": 0, "ratings": 0, "average_tenths": 0}'),
    ('nobody', '{"months": 0, "wishes": 1000, "households": 0, "ratings": 0, "average_tenths": 0}')
) AS one (title, rule)
"""
CATEGORIES = ("ERRAND", "REPAIR", "CARE", "COMPANY", "STUDY", "GOODS", "OTHER")
TERMS = {
    "base": [{"category": name, "points": 10} for name in CATEGORIES],
    "bonus": [{"stars": stars, "points": 2} for stars in (3, 4, 5)],
}
RESIDENT, HEAD, WORKER, STAFF, OWNER, ADMIN, AUDITOR = (
    Role.RESIDENT,
    Role.HOUSEHOLD_HEAD,
    Role.GRID_WORKER,
    Role.COMMUNITY_STAFF,
    Role.SHOP_STAFF,
    Role.DISTRICT_ADMIN,
    Role.AUDITOR,
)
HERE = {"latitude": 27.73, "longitude": 106.93}
Question = tuple[str, Role | None, str, dict[str, Any]]  # label, who, operation, variables


def questions(known: dict[str, Any]) -> Iterator[Question]:
    """Every query as the person to whom it shows most."""
    area = {name: ids.make("Area", known[name]) for name in ("grid", "community", "subdistrict", "district")}
    for some in (of_oversight, of_people, of_wishes, of_shops, of_statements, of_boards, of_honours):
        yield from some(known, area)


def of_oversight(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """What the district decides, acknowledges and audits."""
    account = ids.make("Account", known["owner_account"])
    for label, variables in {
        "": {},
        " action": {"action": "wish."},
        " rare action": {"action": "demo."},
        " subject": {"subject": "Shop", "subjectId": ids.make("Shop", known["shop"])},
        " account": {"accountId": account},
        " account and action": {"accountId": account, "action": "wish."},
    }.items():
        yield f"AuditEntries{label}", AUDITOR, "AuditEntries", variables
    for role, where in ((ADMIN, None), (ADMIN, area["community"]), (AUDITOR, None)):
        of = {"areaId": where} if where else {}
        label = f"{role.value}{' community' if where else ''}"
        yield f"DiscountsToApprove {label}", role, "DiscountsToApprove", of
        yield f"ShopChangesToApprove {label}", role, "ShopChangesToApprove", of
        for states in ({}, {"states": ["REJECTED"]}, {"states": ["UPHELD"]}):
            yield f"DisputesToDecide {label} {states}", role, "DisputesToDecide", {**of, **states}
        for states in ({}, {"states": ["HARMLESS"]}, {"states": ["FOLLOWED_UP"]}):
            yield f"Signals {label} {states}", role, "Signals", {**of, **states}
        yield f"Signals of a kind {label}", role, "Signals", {**of, "kinds": ["BURST"], "states": ["HARMLESS"]}
        for filters in ({}, {"waitingFor": None}, {"waitingFor": None, "month": str(known["day"])[:7]}):
            yield f"StatementsToAcknowledge {label} {filters}", role, "StatementsToAcknowledge", {**of, **filters}
    yield "Signals staff", STAFF, "Signals", {}
    yield "SignalDetail", ADMIN, "SignalDetail", {"id": ids.make("Signal", known["signal"])}
    yield "RewardRules", None, "RewardRules", {}
    yield "RewardRules auditor", AUDITOR, "RewardRules", {}
    month = month_text(clock.day_of(clock.now()))
    yield "RewardRuleTrial", AUDITOR, "RewardRuleTrial", {**TERMS, "month": month}


def of_people(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """Areas, heads, households, boards, and what belongs to the asker."""
    for name in ("grid", "community", "district"):
        yield f"AreaChildren {name}", STAFF, "AreaChildren", {"id": area[name]}
        for period in ("WEEK", "MONTH", "ALL"):
            yield f"Leaderboard {period} {name}", HEAD, "Leaderboard", {"areaId": area[name], "period": period}
    yield "HeadHome", HEAD, "HeadHome", {}
    yield "HeadHouseholds", HEAD, "HeadHouseholds", {}
    for role in (WORKER, STAFF, ADMIN, AUDITOR):
        for search in (None, "王", known["head_name"], "王建国", "龘龘", "10021234567"):
            yield f"Heads {role.value} {search}", role, "Heads", {"search": search}
            yield f"Households {role.value} {search}", role, "Households", {"search": search}
        head = ids.make("HouseholdHead", known["head"])
        yield f"Households {role.value} of head", role, "Households", {"headId": head}
    for where in ("grid", "community", "subdistrict"):
        for search in (None, "王", "龘龘"):
            yield f"Heads in {where} {search}", ADMIN, "Heads", {"areaId": area[where], "search": search}
            yield f"Households in {where} {search}", ADMIN, "Households", {"areaId": area[where], "search": search}
    for role in Role:
        yield f"Viewer {role.value}", role, "Viewer", {}
    for name in ("MyPasses", "MyRedemptions", "MySessions", "PointsHistory"):
        yield name, HEAD, name, {}


def of_wishes(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """Wishes, and what hangs on them."""
    wish = ids.make("Wish", known["rated"])
    yield "ContactReveals", RESIDENT, "ContactReveals", {}
    yield "MyWishes", RESIDENT, "MyWishes", {}
    yield "DispatchCandidates", STAFF, "DispatchCandidates", {"wishId": ids.make("Wish", known["waiting"])}
    yield "ExplainReward", HEAD, "ExplainReward", {"wishId": wish}
    for role in Role:
        yield f"WishDetail {role.value}", role, "WishDetail", {"id": wish}
    for states in (None, ["RATED"], ["COMPLETED"], ["ACCEPTED", "RATED"]):
        yield f"HeadWishes {states}", HEAD, "HeadWishes", {"states": states}
    for role in (WORKER, STAFF, ADMIN, AUDITOR):
        for states in (None, ["SUBMITTED"], ["RATED"], ["DISPATCHED", "ACCEPTED"], ["REJECTED"]):
            yield f"WishQueue {role.value} {states}", role, "WishQueue", {"states": states}
    for where in ("grid", "community", "subdistrict"):
        for states in (None, ["SUBMITTED"], ["COMPLETED"]):
            yield f"WishQueue in {where} {states}", ADMIN, "WishQueue", {"areaId": area[where], "states": states}


def of_shops(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """Shops, their discounts, their people and their systems."""
    shop = ids.make("Shop", known["shop"])
    for role in (STAFF, ADMIN, AUDITOR):
        for states in (None, ["ACTIVE"], ["APPLIED"], ["LEFT"]):
            yield f"ShopsToManage {role.value} {states}", role, "ShopsToManage", {"states": states}
    yield "ShopsToManage community", ADMIN, "ShopsToManage", {"areaId": area["community"]}
    yield "MyShops", OWNER, "MyShops", {}
    yield "Nearby", None, "Nearby", HERE
    yield "Nearby head", HEAD, "Nearby", HERE
    yield "Nearby clinic", None, "Nearby", {**HERE, "category": "CLINIC"}
    yield "DiscountVersions", OWNER, "DiscountVersions", {"id": ids.make("Discount", known["discount"])}
    about = ("ShopAlerts", "ShopChanges", "ShopDetail", "ShopDiscounts", "ShopInvitations", "ShopStaff")
    for name in (*about, "ShopStatements", "ShopWebhooks"):
        yield name, OWNER, name, {"id": shop}
        yield f"{name} admin", ADMIN, name, {"id": shop}
    yield "ShopDetail head", HEAD, "ShopDetail", {"id": shop}
    yield "ShopDetail anonymous", None, "ShopDetail", {"id": shop}
    yield "WebhookDeliveries", OWNER, "WebhookDeliveries", {"id": ids.make("WebhookEndpoint", known["shop"])}


def of_statements(known: dict[str, Any], _: dict[str, str]) -> Iterator[Question]:
    """A shop's days and statements."""
    shop, statement = ids.make("Shop", known["shop"]), ids.make("Statement", known["statement"])
    yield "RedemptionByRequestNo", OWNER, "RedemptionByRequestNo", {"requestNo": known["request_no"]}
    yield "RedemptionByRequestNo none", OWNER, "RedemptionByRequestNo", {"requestNo": "none"}
    for day in ("day", "last_day"):
        yield f"ShopDay {day}", OWNER, "ShopDay", {"shopId": shop, "date": known[day]}
    yield "StatementDetail", OWNER, "StatementDetail", {"id": statement}
    yield "StatementDetail admin", ADMIN, "StatementDetail", {"id": statement}
    yield "StatementFile", OWNER, "StatementFile", {"shopId": shop, "format": "CSV", "date": known["day"]}
    month = str(known["day"])[:7]
    yield "ShopReport", OWNER, "ShopReport", {"shopId": shop, "month": month}
    yield "ShopsThanked", None, "ShopsThanked", {"month": month}
    yield "ServiceRecord", HEAD, "ServiceRecord", {"from": f"{month}-01", "until": str(known["day"])}
    yield "StatementMonth", OWNER, "StatementMonth", {"shopId": shop, "month": month}


def of_boards(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """Boards that are closed, areas compared, and what points are worth."""
    yield "BoardClosing", HEAD, "BoardClosing", {"id": ids.make("BoardClosing", known["closing"])}
    yield "HeadStanding", HEAD, "HeadStanding", {}
    yield "HeadDetail", STAFF, "HeadDetail", {"id": ids.make("HouseholdHead", known["head"])}
    yield "HouseholdDetail", STAFF, "HouseholdDetail", {"id": ids.make("Household", known["household"])}
    yield "District", ADMIN, "District", {}
    for name in ("community", "district"):
        of = {"areaId": area[name]}
        yield f"PointsEconomy {name}", AUDITOR, "PointsEconomy", of
        yield f"Roles {name}", ADMIN, "Roles", of
        yield f"Partners {name}", None, "Partners", of
        yield f"Agreements {name}", None, "Agreements", of
        yield f"DiscountsToGrant {name}", ADMIN, "DiscountsToGrant", of
        yield f"HouseholdJoinsToConfirm {name}", STAFF if name == "community" else ADMIN, "HouseholdJoinsToConfirm", of
        for period in ("MONTH", "YEAR"):
            yield f"AreaBoard {period} {name}", STAFF, "AreaBoard", {**of, "period": period}
            yield f"BoardClosings {period} {name}", HEAD, "BoardClosings", {**of, "period": period}
            yield f"LeaderboardMe {period} {name}", HEAD, "LeaderboardMe", {**of, "period": period}
    yield "AgreementDetail", ADMIN, "AgreementDetail", {"id": ids.make("Agreement", known["agreement"])}
    yield "DiscountGrants", ADMIN, "DiscountGrants", {"id": ids.make("Discount", known["gift"])}
    yield "Partners by name", None, "Partners", {"name": "龘龘"}
    yield "ShopToManage", ADMIN, "ShopToManage", {"id": ids.make("Shop", known["shop"])}
    yield "ServiceRecordVerify", None, "ServiceRecordVerify", {"code": "AAAA-AAAA-AAAA-AAAA"}


def of_honours(known: dict[str, Any], area: dict[str, str]) -> Iterator[Question]:
    """Seasons, honours, and what waits for each."""
    for title in ("usual", "every", "nobody"):
        key = {"id": ids.make("Season", known[title])}
        yield f"SeasonCandidates {title}", ADMIN, "SeasonCandidates", key
    for title in ("usual", "concluded"):
        yield f"SeasonDetail {title}", ADMIN, "SeasonDetail", {"id": ids.make("Season", known[title])}
        yield f"SeasonDetail {title} anonymous", None, "SeasonDetail", {"id": ids.make("Season", known[title])}
    for name in ("community", "district"):
        yield f"Seasons {name}", STAFF, "Seasons", {"areaId": area[name]}
        yield f"HonourRoll {name}", None, "HonourRoll", {"areaId": area[name]}
    yield "HonourRoll of a year", None, "HonourRoll", {"year": clock.day_of(clock.now()).year}
    for name in ("HeadHonours", "MyGrants", "NominationChoices", "MySecondFactor", "MyConsents"):
        yield name, HEAD, name, {}
    for role in (RESIDENT, HEAD, STAFF, ADMIN):
        for name in ("MyTodo", "MyNominations", "MyNotifications", "MyHouseholdJoins"):
            yield f"{name} {role.value}", role, name, {}
    for name in ("ConsentTexts", "SignInWays"):
        yield name, None, name, {}


class Walk:
    """Sends operations, and collects what their statements cost."""

    def __init__(self, client: httpx.AsyncClient, tokens: dict[Role, str]) -> None:
        self._client, self._tokens = client, tokens
        self.found: dict[str, list[dict[str, Any]]] = {}

    @contextmanager
    def _watching(self, label: str) -> Iterator[None]:
        Watched.seen = self.found.setdefault(label, [])
        try:
            yield
        finally:
            Watched.seen = None

    async def send(self, role: Role | None, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Send one operation. Raises RuntimeError on an error."""
        headers = {"authorization": f"Bearer {self._tokens[role]}"} if role else {}
        body = {"query": (OPERATIONS / f"{operation}.graphql").read_text(), "variables": variables}
        answer = (await self._client.post("/graphql", json=body, headers=headers)).json()
        if "errors" in answer:
            raise RuntimeError(f"{operation} {variables}: {json.dumps(answer['errors'], ensure_ascii=False)[:400]}")
        found: dict[str, Any] = answer["data"]
        return found

    async def ask(self, label: str, role: Role | None, operation: str, variables: dict[str, Any]) -> None:
        """Measure the first page, and one far behind where there is one."""
        paged = "$after" in (OPERATIONS / f"{operation}.graphql").read_text()
        sized = {**variables, "first": PAGE} if paged else variables
        with self._watching(label):
            answer = await self.send(role, operation, sized)
        after = _end(answer) if paged else None
        for _ in range(DEEP):
            if after is None:
                return
            answer = await self.send(role, operation, {**variables, "first": 100, "after": after})
            after = _end(answer) or after
        with self._watching(f"{label}, far behind"):
            await self.send(role, operation, {**sized, "after": after})

    async def do(self, role: Role, operation: str, **given: Any) -> Any:
        """Measure a mutation; return its payload. Raises RuntimeError when it refuses."""
        with self._watching(operation):
            answer = await self.send(role, operation, {"input": given})
        (payload,) = answer.values()
        if payload["errors"]:
            raise RuntimeError(f"{operation} {given}: {json.dumps(payload['errors'], ensure_ascii=False)[:400]}")
        return payload

    async def run(self, label: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Measure a service that no operation calls."""
        with self._watching(label):
            await work()


def _end(answer: Any) -> str | None:
    """The end cursor of the first connection that has more."""
    if isinstance(answer, dict):
        info = answer.get("pageInfo")
        if info and info.get("hasNextPage"):
            return str(info["endCursor"])
        answer = list(answer.values())
    if isinstance(answer, list):
        return next((found for one in answer if (found := _end(one))), None)
    return None


async def wish_lives(walk: Walk, known: dict[str, Any]) -> None:
    """Wishes from end to end."""
    household, own = ids.make("Household", known["household"]), ids.make("HouseholdHead", known["head"])
    new: dict[str, Any] = {"householdId": household, "category": "REPAIR", "title": "换灯泡"}

    async def submitted() -> str:
        payload = await walk.do(RESIDENT, "WishSubmit", **new, requestNo=str(uuid4()))
        return str(payload["wish"]["id"])

    wish = await submitted()
    await walk.do(STAFF, "WishDispatch", wishId=wish, headId=own)
    await walk.do(HEAD, "WishDecline", wishId=wish, reason="忙")
    await walk.do(STAFF, "WishDispatch", wishId=wish)
    await walk.do(HEAD, "WishAccept", wishId=wish)
    await walk.do(HEAD, "WishRevealContact", wishId=wish, kind="ADDRESS")
    await walk.do(HEAD, "WishHandBack", wishId=wish, reason="忙")
    await walk.do(STAFF, "WishDispatch", wishId=wish, headId=own)
    await walk.do(HEAD, "WishAccept", wishId=wish)
    await walk.do(HEAD, "WishComplete", wishId=wish)
    await walk.do(RESIDENT, "WishRedo", wishId=wish, reason="又坏了")
    await walk.do(HEAD, "WishComplete", wishId=wish)
    await walk.do(RESIDENT, "WishRate", wishId=wish, stars=5)
    await walk.do(ADMIN, "PointsReverse", wishId=wish, reason="重复", requestNo=str(uuid4()))
    await walk.do(RESIDENT, "WishCancel", wishId=await submitted())
    await walk.do(STAFF, "WishReject", wishId=await submitted(), reason="不办")
    wish = await submitted()
    await walk.do(STAFF, "WishDispatch", wishId=wish, headId=own)
    await walk.do(STAFF, "WishRecall", wishId=wish)
    await walk.do(RESIDENT, "WishCancel", wishId=wish)


async def till_lives(walk: Walk, known: dict[str, Any]) -> None:
    """A discount and its redemption from end to end, and what people decide besides."""
    shop, own = ids.make("Shop", known["shop"]), ids.make("HouseholdHead", known["head"])
    terms = {"title": "立减", "benefit": {"amountOff": {"amountFen": 100}}}
    draft = await walk.do(OWNER, "DiscountDraft", shopId=shop, terms=terms, requestNo=str(uuid4()))
    mine = draft["discount"]["id"]
    await walk.do(OWNER, "DiscountSubmit", discountId=mine)
    await walk.do(ADMIN, "DiscountApprove", discountId=mine)
    issued = (await walk.do(HEAD, "PassIssue", discountId=mine, requestNo=str(uuid4())))["pass"]
    await walk.ask("MyPasses with one", HEAD, "MyPasses", {})
    await walk.ask("PassQr", HEAD, "PassQr", {"id": issued["id"]})
    await walk.do(OWNER, "RedemptionPrepare", code=issued["shortCode"], billFen=3000)
    prepared = (await walk.do(OWNER, "RedemptionPrepare", code=issued["shortCode"], billFen=4000))["preparation"]
    confirmed = await walk.do(OWNER, "RedemptionConfirm", token=prepared["token"], requestNo=str(uuid4()))
    redemption = confirmed["redemption"]["id"]
    await walk.do(HEAD, "RedemptionThank", redemptionId=redemption, word="KIND")
    await walk.do(HEAD, "RedemptionDispute", redemptionId=redemption, reason="没有去过")
    await walk.do(OWNER, "RedemptionRevoke", redemptionId=redemption, requestNo=str(uuid4()), reason="点错了")
    issued = (await walk.do(HEAD, "PassIssue", discountId=mine, requestNo=str(uuid4())))["pass"]
    await walk.do(HEAD, "PassCancel", passId=issued["id"])
    await walk.do(OWNER, "DiscountPause", discountId=mine)
    await walk.do(OWNER, "DiscountResume", discountId=mine)
    await walk.do(OWNER, "DiscountEnd", discountId=mine, reason="")
    await walk.do(OWNER, "ShopSetCeiling", shopId=shop, monthlyCeilingFen=9_000_000)
    await walk.do(OWNER, "ShopEdit", shopId=shop, openingHours="09:00-21:00")
    await walk.do(OWNER, "ShopStaffAdd", shopId=shop, phone="13800000001", displayName="小王")
    if SET == 1:  # the one with an endpoint
        await walk.do(OWNER, "WebhookPause", endpointId=ids.make("WebhookEndpoint", known["shop"]))
        await walk.do(OWNER, "WebhookResume", endpointId=ids.make("WebhookEndpoint", known["shop"]))
    await walk.do(STAFF, "HeadSuspend", headId=own, reason="核查")
    await walk.do(STAFF, "HeadResume", headId=own)
    await walk.do(HEAD, "HeadLeaveBoard", headId=own)
    await walk.do(HEAD, "HeadJoinBoard", headId=own)
    await walk.do(STAFF, "HouseholdsMove", headId=own, householdIds=[ids.make("Household", known["household"])])


async def walked(url: str) -> dict[str, list[dict[str, Any]]]:
    """Everything, on a connected district."""
    app = create_app("unused")
    transport = httpx.ASGITransport(app=app)
    async with (
        database.connected(url, current().model_copy(update={"database_statement_timeout_seconds": 600.0})),
        httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=600) as client,
    ):
        tokens = {role: (await demo.bearer(role, SET)).token for role in Role}
        await database.execute(SEASONS)
        (known,) = await database.fetch(KNOWN.format(place=SET - 1))
        walk = Walk(client, tokens)
        while await kept.count_due():  # as each hour's ticks have
            pass
        chosen = sys.argv[3:]
        for question in questions(known):
            if not chosen or any(question[0].startswith(name) for name in chosen):
                try:
                    await walk.ask(*question)
                except RuntimeError as error:  # such as a read that takes too long
                    print(error, file=sys.stderr)
        if not chosen or "lives" in chosen:
            await wish_lives(walk, known)
            await till_lives(walk, known)
        if not chosen or "work" in chosen:
            await walk.run("(due)", due.waiting)
            await walk.run("(relay)", relay.relay)
            await walk.run("(tick)", tick.run)
            await walk.run("(tick again)", tick.run)
            await walk.run("(sessions)", lambda: sessions.listed(PageRequest(PAGE)))
        return walk.found


# -- what grew -------------------------------------------------------------------------------------------------------


def compare(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print the operations, and of those that grow the statements."""
    grew = 0
    print(f"{'operation':52}{'buffers':>18}{'×':>7}{'rows':>18}{'×':>7}")
    for label, before in small.items():
        after = large.get(label, [])
        figures = [_totals(before), _totals(after)]
        if _grows(*figures):
            grew += 1
            print(f"{label:52}{_pair(figures, 'buffers')}{_pair(figures, 'rows')}")
            for pair in zip(before, after, strict=False):
                _statement(*pair)
    print(f"{grew} of {len(small)} grow")


def _statement(before: dict[str, Any], after: dict[str, Any]) -> None:
    for plan in ("generic", "custom"):
        two = [before[plan], after[plan]]
        if before["sql"] == after["sql"] and _grows(*two):
            sql = " ".join(before["sql"].split())
            print(f"    {plan:8}{sql[:36]:40}{_pair(two, 'buffers')}{_pair(two, 'rows')} {after[plan]['scans']}")


def _totals(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {what: sum(one["generic"][what] for one in statements) for what in ("buffers", "rows")}


def _grows(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return any(after[what] > GROWS * max(before[what], NOTICED / GROWS) for what in ("buffers", "rows"))


def _pair(figures: Sequence[dict[str, Any]], what: str) -> str:
    before, after = (one[what] for one in figures)
    return f"{before:9} {after:8}{after / max(before, 1):7.1f}"


if __name__ == "__main__":
    os.chdir(ROOT)
    if sys.argv[1] == "compare":
        compare(*(json.loads(Path(name).read_text()) for name in sys.argv[2:4]))
    else:
        engine._Connection = Watched  # type: ignore[misc]
        with embedded.database_url(current()) as address:
            Path(sys.argv[2]).write_text(json.dumps(asyncio.run(walked(address)), ensure_ascii=False, indent=1))

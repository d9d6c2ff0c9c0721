"""The demo district: 汇川区 at its published size, fictional but for its subdistricts' names, the same in each seed.

`seed` fills an empty database in two phases: everything up to today's midnight in one transaction, then some hundred
wishes through the services, which also close the shops' past days. A mark in the database records the progress, so that
a killed seed starts over or resumes, and a real database is never taken for a demo.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from models.accounts import Account
from models.db import Marker
from models.enums import Role
from services.accounts import sessions
from services.db import database
from services.demo.cashiers import join
from services.demo.district import MARKER, District, load
from services.demo.size import FULL, Size
from services.demo.stories import perform
from services.kit import clock
from services.kit.errors import XingdianError
from services.kit.progress import Report
from services.settlement import closing

LOADED, COMPLETE = "loaded", "complete"
LOADING, PERFORMING = "街道、住户与往年", "今天的心愿与核销"


class NotADemo(XingdianError):
    """The command needs a database that holds a demo district."""


class IsADemo(XingdianError):
    """The command is for a real district, and the database holds a demo."""

    def __init__(self) -> None:
        super().__init__(
            "这是演示数据库，不该写入真实的名册和人员：真实的区请另设 DATA_DIR 或 DATABASE_URL，"
            "确实要改动演示数据请加 --on-demo"
        )


async def refuse() -> None:
    """Raise IsADemo when the connected database holds a demo district, or is about to."""
    if await _facts() is not None:
        raise IsADemo


async def seed(url: str, report: Report, size: Size = FULL) -> bool:
    """Seed the connected, migrated database with the demo district; return whether there was anything to do.

    One process at a time; others wait. Raises NotADemo when it holds anything else. `url` is the database's own.
    """
    async with database.one_at_a_time("seed", url):
        facts = await _facts()
        if facts is None:
            facts = await _load(report, size)
        if facts["phase"] == COMPLETE and "cashiers" in facts:
            return False
        if facts["phase"] != COMPLETE:
            district = District(Size(**facts["size"]), clock.day_of(clock.now()))
            await perform(district, lambda done, of: report(PERFORMING, done, of))
            await closing.close_due()
        # Districts seeded before story sets had cashiers get them too.
        cashiers = await join(facts["sets"])
        await Marker.filter(key=MARKER).update(value=facts | {"phase": COMPLETE, "cashiers": cashiers})
    return True


async def _load(report: Report, size: Size) -> dict[str, Any]:
    if await database.fetch_value("SELECT EXISTS (SELECT 1 FROM areas) OR EXISTS (SELECT 1 FROM accounts)"):
        raise NotADemo("This database holds data and is not marked as a demo: seed an empty one.")
    day = clock.day_of(clock.now())
    district = District(size, day)
    facts = {"phase": LOADED, "day": str(day), "size": asdict(size), "sets": _sets(district)}
    await load(district, lambda done, of: report(LOADING, done, of), facts)
    await database.fetch("ANALYZE")  # autovacuum would renew the statistics minutes later
    return facts


def _sets(district: District) -> list[dict[str, str]]:
    """Return for each story set the account of each role. Administrator and auditor are the same in all."""
    workers = {person.scope: person for person in reversed(district.people.workers)}
    staff = {person.scope: person for person in reversed(district.people.staff)}
    cashiers = {shop.community.id: shop.staff[0] for shop in district.shops if shop.in_story}
    found = []
    for head in district.people.heads:
        if head.in_story:
            community = head.grid.parent
            assert community is not None
            people = (
                head.homes[0].resident,
                head.person,
                workers[head.grid.id],
                staff[community.id],
                cashiers[community.id],
                district.people.admin,
                district.people.auditor,
            )
            found.append({person.role.value: str(person.id) for person in people})
    return found


@dataclass(frozen=True, slots=True)
class Bearer:
    """A role in a story set, its account, and a bearer token for it. `plain`: of a shop's staff the cashier."""

    role: Role
    plain: bool
    name: str
    token: str = field(repr=False)


async def bearer(role: Role, number: int = 1, *, plain: bool = False) -> Bearer:
    """Sign in the account of a role in story set `number`, from 1; of a shop's staff the owner, or the `plain` cashier.

    Raises NotADemo, in one sentence, when the database is no finished demo or has no such set.
    """
    facts = await _facts()
    if facts is None:
        raise NotADemo("This database is not marked as a demo, so there are no tokens: run `make demo` first.")
    if facts["phase"] != COMPLETE:
        raise NotADemo("The demo is not seeded to its end: run `make demo` again, or wait for the one that is running.")
    if not 1 <= number <= len(facts["sets"]):
        raise NotADemo(f"There is no story set {number}: choose 1 to {len(facts['sets'])}.")
    account_id = facts["sets"][number - 1][role]
    if plain:
        if role != Role.SHOP_STAFF:
            raise NotADemo("Only SHOP_STAFF has a plain cashier beside the owner.")
        if "cashiers" not in facts:
            raise NotADemo("The demo is of an earlier version: run `make demo` again, which adds the cashiers.")
        account_id = facts["cashiers"][number - 1]
    account = await Account.get(id=account_id)
    return Bearer(role, plain, account.display_name, await sessions.open_session(account.id, label="demo"))


async def _facts() -> dict[str, Any] | None:
    """Return the facts of the mark; None without a mark, or without tables."""
    if await database.fetch_value("SELECT to_regclass('markers') IS NULL"):
        return None
    value = await database.fetch_value("SELECT value FROM markers WHERE key = $1", MARKER)
    return json.loads(value) if value else None

"""The seed of the demo district, in two phases: everything up to today's midnight in one transaction, then some hundred
wishes, what heads are given in thanks and agreements to be signed through the services, which also close the shops'
past days and the boards of the year."""

from dataclasses import asdict
from typing import Any

from models.db import Marker
from services.db import database
from services.demo import COMPLETE, LOADED, MARKER, NotADemo, boards, mark
from services.demo.cashiers import join
from services.demo.district import District, load
from services.demo.grants import thank
from services.demo.honours import honour
from services.demo.proposals import propose
from services.demo.size import FULL, SPARSE, Size
from services.demo.stories import perform
from services.kit import clock
from services.kit.progress import Report
from services.settlement import closing

LOADING, PERFORMING = "街道、住户与往年", "今天的心愿与核销"


async def seed(url: str, report: Report, size: Size = FULL) -> bool:
    """Seed the connected, migrated database with the demo district; return whether there was anything to do.

    One process at a time; others wait. Raises NotADemo when it holds anything else, also when a sparse district is
    wanted and it holds a busy one. `url` is the database's own.
    """
    async with database.one_at_a_time("seed", url):
        facts = await mark()
        if facts is None:
            facts = await _load(report, size)
        elif size is SPARSE and Size(**facts["size"]) != SPARSE:
            raise NotADemo("This database holds another demo district: seed the sparse one with another DATA_DIR.")
        if facts["phase"] == COMPLETE and "cashiers" in facts:
            return False
        if facts["phase"] != COMPLETE:
            district = District(Size(**facts["size"]), clock.day_of(clock.now()))
            await boards.close_past()
            await perform(district, lambda done, of: report(PERFORMING, done, of))
            await thank(district)
            await honour(district)
            await propose(district)
            await boards.take_back(district)
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
    await _analyze()  # autovacuum would renew the statistics minutes later
    return facts


@database.transactional
async def _analyze() -> None:
    await database.take_minutes()
    await database.bulk("ANALYZE")


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

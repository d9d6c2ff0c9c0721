"""HeadHome, Nearby and WishQueue, by every side: compared first, then measured in turn."""

from collections.abc import Sequence

from answers import difference, lifted, plain
from district import READS, District
from load import Request, ask, press
from measures import Found
from sides import OURS, Kind, PostgreSQL, Side, sampled

LONG_SECONDS = 3600.0
WARM_UP_SECONDS = 3.0  # V8 needs as long to know what is hot


class Different(Exception):
    """A competitor answers something else."""


def probe(kind: Kind, place: District) -> Request:
    """Return a request that says whether a side is there."""
    return requests(kind, place, "Nearby")[0]


def requests(kind: Kind, place: District, what: str) -> list[Request]:
    """Return the requests of a read as a side takes them, one for each viewer or place."""
    return [kind.request(what, variables, token) for token, variables in place.asked[what]]


async def compare(running: Sequence[Side], place: District) -> int:
    """Ask every side the same, and return how many answers were compared with ours. Raises Different."""
    ours = next(side for side in running if side.kind is OURS)
    count = 0
    for what in READS:
        wanted = [plain(lifted(await ask(ours.port, request))) for request in requests(OURS, place, what)]
        for side in running:
            if side is ours:
                continue
            for answer, request in zip(wanted, requests(side.kind, place, what), strict=True):
                found = difference(answer, plain(lifted(await ask(side.port, request))))
                if found:
                    raise Different(f"{what} by {side.kind.name}: {found}")
                count += 1
    return count


async def measure(running: Sequence[Side], place: District, found: Found) -> None:
    """Warm all up, then measure each read by each side in turn, round by round."""
    postgres = PostgreSQL(place.postmaster)
    for what in READS:
        for side in running:
            await press([side.port], requests(side.kind, place, what), min(WARM_UP_SECONDS, found.seconds))
    for turn in range(found.rounds):
        for what in READS:
            for index in range(len(running)):
                side = running[(index + turn) % len(running)]
                sent = requests(side.kind, place, what)
                found.samples.append(await sampled([side], what, sent, turn, postgres, found.seconds))
    found.megabytes_after = {side.kind.name: side.megabytes() for side in running}


async def endure(place: District, count: int, found: Found) -> None:
    """Send so many requests to a new server of ours, of all reads in turn; note its memory at each tenth."""
    side = Side(OURS, place.url)
    sent = [request for trio in zip(*(requests(OURS, place, what) for what in READS), strict=False) for request in trio]
    try:
        await side.start(probe(OURS, place))
        found.memory = [(0, side.megabytes())]
        for tenth in range(1, 11):
            await press([side.port], sent, LONG_SECONDS, most=count // 10)
            found.memory.append((count // 10 * tenth, side.megabytes()))
    finally:
        side.stop()

"""HeadHome, Nearby and WishQueue, by every side: compared first, then measured in turn."""

import time
from collections.abc import Sequence

from answers import difference, lifted, plain
from district import READS, District
from load import CONNECTIONS, Request, ask, press
from measures import Found, Sample
from sides import OURS, Kind, PostgreSQL, Side

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
                found.samples.append(await sample([side], what, turn, place, postgres, found.seconds))
    found.megabytes_after = {side.kind.name: side.megabytes() for side in running}


async def sample(
    workers: Sequence[Side], what: str, turn: int, place: District, postgres: PostgreSQL, seconds: float
) -> Sample:
    """Press the workers of one side for so long."""
    kind = workers[0].kind
    sent = requests(kind, place, what)
    before = sum(side.cpu_seconds() for side in workers), postgres.cpu_seconds(), time.process_time()
    began = time.perf_counter()
    taken = await press([side.port for side in workers], sent, seconds, connections=CONNECTIONS * len(workers))
    wall = time.perf_counter() - began
    after = sum(side.cpu_seconds() for side in workers), postgres.cpu_seconds(), time.process_time()
    used = [later - earlier for earlier, later in zip(before, after, strict=True)]
    return Sample(kind.name, what, turn, wall, taken, *used)

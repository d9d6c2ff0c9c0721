"""Two workers ÷ one: the same reads by two processes of this server side by side, on twice the connections."""

import reads
from district import READS, District
from load import CONNECTIONS
from measures import Found
from sides import PostgreSQL, Side, sampled

ONE, TWO = "one worker of {}", "two workers of {}"


async def measure(ours: Side, place: District, found: Found) -> None:
    """Start a second worker, measure one and two in turn, and end it."""
    postgres, second = PostgreSQL(place.postmaster), Side(ours.kind, place.url)
    try:
        await second.start(reads.probe(ours.kind, place))
        for turn in range(-1, found.rounds):  # the first is to warm the second up
            for what in READS:
                sent = reads.requests(ours.kind, place, what)
                for name, working in ((ONE, [ours]), (TWO, [ours, second])):
                    connections = CONNECTIONS * len(working)
                    of = name.format(what)
                    one = await sampled(working, of, sent, turn, postgres, found.seconds / 2, connections=connections)
                    if turn >= 0:
                        found.samples.append(one)
    finally:
        second.stop()

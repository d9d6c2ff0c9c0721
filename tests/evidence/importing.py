"""An import beside tills, in a process of its own.

`python -m tests.evidence.importing SHOPS SECONDS` imports that many shops of community A with changes, again and again,
and prints how often.
"""

import asyncio
import sys
import time

from services.db import database
from services.kit.settings import current
from tests.town import roster

FIRST = ("上海路街道", "A社区")


def name(number: int) -> str:
    """What the shop of a number is called."""
    return f"星店{number}号"


def sheet(shops: int, turn: int) -> bytes:
    """The roster of that many shops, each with another address and another discount than the turn before."""
    offer = ("八折", "打折", f"{7 + turn % 3}折", "10", "10", "", "", "", "", "")
    return roster.table(
        roster.DISCOUNTS,
        *(
            (*FIRST, name(number), "餐饮", f"香港路{turn % 997}号", "27.73", "106.92", "全天", "", "", "", *offer)
            for number in range(shops)
        ),
    )


async def again_and_again(url: str, shops: int, seconds: float) -> int:
    """Import for so long; how often."""
    async with database.connected(url):
        ends, turn = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            turn += 1
            report = await roster.load(sheet(shops, turn))
            assert not report.problems and report.tallies["店铺"].changed == shops, report
            await asyncio.sleep(0.2)
    return turn


if __name__ == "__main__":
    print(asyncio.run(again_and_again(str(current().database_url), int(sys.argv[1]), float(sys.argv[2]))))

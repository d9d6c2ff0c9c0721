"""What is due by time. Bounded, safe to repeat, and safe beside itself."""

import logging
from collections import Counter

from services import clock, holds, passes, wish_deadlines

log = logging.getLogger("xingdian.tick")

FAILURES_MOST = 20
WISHES = {"returned": "wishes_returned", "rated": "wishes_rated", "lapsed": "rewards_voided"}


async def run(limit: int = 500) -> dict[str, int]:
    """Do what is due, at most `limit` of each kind, and count it by kind.

    Each wish is a transaction of its own: what another worker holds is left to it, and what fails is counted as
    `failed`, logged without personal data, and left for the next run. After 20 failures the rest is left too.
    """
    done = Counter(dict.fromkeys((*WISHES.values(), "failed"), 0))
    for wish_id in await wish_deadlines.due(clock.now(), limit):
        try:
            what = await wish_deadlines.pass_deadline(wish_id)
        except Exception as error:  # one bad wish must not keep the others waiting
            log.error("wish %s: %s", wish_id, type(error).__name__)
            done["failed"] += 1
            if done["failed"] == FAILURES_MOST:
                break
        else:
            if what is not None:
                done[WISHES[what]] += 1
    return {
        **done,
        "preparations_released": await holds.release_expired(limit),
        "passes_expired": await passes.expire(limit),
    }

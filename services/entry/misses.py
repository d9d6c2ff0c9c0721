"""Wrong codes at sign-in (验证码输错): hard limits by network address and by account, and a budget of the district.

An attempt is charged before its code is looked at, under the window's lock, and refunded in the same transaction when
it was right: so the limits are exact however many try at once. What is wrong is counted for the day, too. Once a day's
wrong codes exceed the budget, an alert is raised, new codes have eight digits in place of six, and those of six open
nothing any more.

The risk that remains. A try hits with a probability of one in 10^6, and in 10^8 once the budget is used. So with the
default budget of 1,000 a day

    expected hits a day <= 1,000 / 10^6 + further tries / 10^8
    100,000 tries:         0.001 + 99,000 / 10^8 = 0.002

over all phones, addresses and attackers. (Tries that are under way when the budget runs out are at most as many as the
connections to the database.) One phone gets at most 20 codes a day of five tries each: 100 / 10^6 = 0.0001.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import MissesBy
from services.audit import log as audit
from services.db import database
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.networks import network_of
from services.kit.settings import current

log = logging.getLogger("xingdian.entry")

WITHIN = timedelta(hours=1)
DIGITS, MORE_DIGITS = 6, 8


@dataclass(frozen=True, slots=True)
class Window:
    """At most so many wrong codes of one source within a time, which begins with the first of them.

    `message` is for the person, with `{at}` for the minute from which to try again; `field` is the input at fault.
    """

    kind: MissesBy
    key: bytes = field(repr=False)
    within: timedelta
    most: int
    message: str
    field: str | None = None

    async def charge(self) -> int:
        """Charge an attempt, inside the caller's transaction; return how many are charged.

        Raises TOO_MANY_ATTEMPTS, and charges nothing, when it is used up. Locks the window, before anything else.
        """
        now = clock.now()
        misses: int | None = await database.fetch_value(
            """
            INSERT INTO sign_in_misses AS w (id, kind, key, began_at, misses) VALUES ($1, $2, $3, $4, 1)
            ON CONFLICT (kind, key) DO UPDATE SET
                misses = CASE WHEN w.began_at > $5 THEN w.misses + 1 ELSE 1 END,
                began_at = CASE WHEN w.began_at > $5 AND w.misses > 0 THEN w.began_at ELSE excluded.began_at END
            WHERE w.began_at <= $5 OR w.misses < $6
            RETURNING w.misses
            """,
            uuid7(),
            self.kind.value,
            self.key,
            now,
            now - self.within,
            self.most,
        )
        if misses is None:
            raise await self._used_up()
        return misses

    async def _used_up(self) -> Refusal:
        began_at: datetime = await database.fetch_value(
            "SELECT began_at FROM sign_in_misses WHERE kind = $1 AND key = $2", self.kind.value, self.key
        )
        again_at = began_at + self.within
        shown = clock.local(again_at + timedelta(seconds=59))  # round up to the minute
        message = self.message.format(at=f"{shown:%H:%M}")
        return Refusal(ErrorCode.TOO_MANY_ATTEMPTS, message, self.field, again_at)

    async def refund(self) -> None:
        """Give an attempt back whose code was right. Inside the transaction that charged it."""
        await database.execute(
            "UPDATE sign_in_misses SET misses = misses - 1 WHERE kind = $1 AND key = $2", self.kind.value, self.key
        )


def address_key(address: str | None) -> bytes:
    """Return the keyed hash of what counts as one address."""
    return secrets.mac("sign-in-address", network_of(address).encode())


def of_address(address: str | None) -> Window:
    """Return an address's window."""
    message = "从您的网络输错的验证码太多，请在 {at} 以后再试，或到社区现场登录"
    return Window(MissesBy.ADDRESS, address_key(address), WITHIN, current().max_wrong_codes_per_address, message)


async def missed(of: tuple[str, UUID] | None = None, **details: Any) -> None:
    """Count a wrong code for the day, and record it `of` the code that it was meant for, or else of the day; raise the
    alert when the budget is used up. Locks the day, last of all."""
    day_id, now = uuid7(), clock.now()
    budget = current().max_wrong_codes_a_day
    row = await database.fetch_one(
        "INSERT INTO sign_in_days AS d (id, day, sent, misses) VALUES ($1, $2, 0, 1) ON CONFLICT (day) DO UPDATE"
        " SET misses = d.misses + 1,"
        " alerted_at = coalesce(d.alerted_at, CASE WHEN d.misses + 1 >= $3 THEN $4::timestamptz END)"
        " RETURNING id, misses",
        day_id,
        clock.day_of(now),
        budget,
        now,
    )
    assert row is not None, "either way there is one"
    subject, key = of or ("SignInDay", row["id"])
    audit.record(None, "sign_in.fail", subject, key, **details)
    if row["misses"] == budget:
        log.error(
            "the day's budget of wrong sign-in codes (%s) is used up: codes have eight digits from now on", budget
        )
        audit.record(None, "sign_in.budget", "SignInDay", row["id"], misses=budget)


async def digits() -> int:
    """Return how many digits a code must have now. One statement."""
    misses = await database.fetch_value("SELECT misses FROM sign_in_days WHERE day = $1", clock.day_of(clock.now()))
    return MORE_DIGITS if (misses or 0) >= current().max_wrong_codes_a_day else DIGITS


async def sweep(limit: int) -> int:
    """Delete at most `limit` windows that have ended; return how many. One statement."""
    return await database.delete_before("sign_in_misses", "began_at", clock.now() - 2 * WITHIN, limit)

"""The upkeep of signing in: what has served its time is forgotten, requests to belong to a household expire.

The requests, and a day of too many wrong codes, wait for people.
"""

from datetime import datetime, timedelta

from services.accounts import sessions
from services.db.sql import Args
from services.db.upkeep import By, Kept, Passed, Queue, Task, Upkeep
from services.entry import join_actions, misses, one_use_codes, phone_codes, tickets, wechat
from services.roles import phones


async def _forget(limit: int, _: Passed) -> int:
    forgotten = 0
    for forget in (phone_codes.forget, one_use_codes.forget, tickets.forget, misses.sweep):
        forgotten += await forget(limit)
    return forgotten


async def _sweep_sessions(limit: int, _: Passed) -> int:
    return await sessions.sweep(limit)


async def _sweep_bindings(limit: int, _: Passed) -> int:
    return await wechat.sweep(limit)


async def _sweep_phone_changes(limit: int, _: Passed) -> int:
    return await phones.sweep(limit)


async def _expire_joins(limit: int, _: Passed) -> int:
    return await join_actions.expire(limit)


def _joins(args: Args, now: datetime) -> str:
    return (
        "SELECT count(*), min(created_at) AS since FROM household_joins WHERE state = 'OPEN'"
        f" AND household_id IS NOT NULL AND expires_at > {args(now)}"
    )


def _alerts(args: Args, now: datetime) -> str:
    return (
        "SELECT count(*), min(alerted_at) AS since FROM sign_in_days"
        f" WHERE alerted_at > {args(now - timedelta(days=1))}"
    )


UPKEEP = Upkeep(
    tasks=(
        Task("code", "codes, tickets and counts", _forget, ("sign_in_forgotten",)),
        Task("session", "ended sessions", _sweep_sessions, ("sessions_swept",)),
        Task("binding", "ended bindings", _sweep_bindings, ("bindings_swept",)),
        Task("change", "changed phones", _sweep_phone_changes, ("phone_changes_swept",)),
        Task("join", "requests to belong to a household", _expire_joins, ("household_joins_expired",)),
    ),
    kept=(
        Kept("sign_in_codes", (phone_codes.KEPT_FOR,)),
        Kept("one_use_codes", (one_use_codes.KEPT_FOR,)),
        Kept("sign_in_tickets", (tickets.KEPT_FOR,)),
        Kept("sign_in_misses", (2 * misses.WITHIN,)),
        Kept("sessions", ("SESSIONS_KEPT_DAYS",)),
        Kept("identities", ("SESSIONS_KEPT_DAYS",)),
        Kept("phone_changes", ("SESSIONS_KEPT_DAYS",)),
    ),
    queues=(
        Queue("household_joins_to_confirm", By.PEOPLE, "住户申请待确认", _joins),
        Queue("sign_in_alerts", By.PEOPLE, "登录验证码输错过多，请核查", _alerts),
    ),
)

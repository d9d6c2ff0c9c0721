"""The till's upkeep: expired holds and passes, guess windows, disputes; reconciliation of its stored totals."""

from datetime import datetime

from services.db.sql import Args
from services.db.upkeep import By, Check, Kept, Owner, Passed, Queue, Task, Upkeep
from services.till import attempts, drifts, holds, passes


async def _expire_passes(limit: int, _: Passed) -> int:
    return await passes.expire(limit)


async def _forget_secrets(limit: int, _: Passed) -> int:
    return await passes.forget_secrets(limit)


async def _sweep_guesses(limit: int, _: Passed) -> int:
    return await attempts.sweep(limit)


def _to_release(args: Args, now: datetime) -> str:
    return (
        "SELECT count(*), min(expires_at) AS since FROM preparations"
        f" WHERE state = 'LIVE' AND expires_at <= {args(now)}"
    )


def _to_expire(args: Args, now: datetime) -> str:
    return f"SELECT count(*), min(expires_at) AS since FROM passes WHERE state = 'LIVE' AND expires_at <= {args(now)}"


def _to_decide(_: Args, __: datetime) -> str:
    return "SELECT count(*), min(opened_at) AS since FROM disputes WHERE state = 'OPEN'"


UPKEEP = Upkeep(
    tasks=(
        Task("preparation", "preparations", holds.release_expired, ("preparations_released",)),
        Task("pass", "passes", _expire_passes, ("passes_expired",)),
        Task("pass", "secrets of passes", _forget_secrets, ("pass_secrets_forgotten",)),
        Task("guess", "guesses", _sweep_guesses, ("guesses_swept",)),
    ),
    kept=(
        Kept("passes.secret_encrypted", ("PASS_SECRETS_KEPT_DAYS",)),
        Kept("guess_windows", ("GUESS_WINDOW_MINUTES",)),
    ),
    queues=(
        Queue("preparations_to_release", By.TICK, "预核销超时，待退回占用", _to_release),
        Queue("passes_to_expire", By.TICK, "优惠码到期，待失效", _to_expire),
        Queue("disputes_to_decide", By.PEOPLE, "异议待裁定", _to_decide),
    ),
    checks=(
        Check(Owner.SHOPS, drifts.stock_and_ceilings),
        Check(Owner.HEADS, drifts.promises),
        Check(Owner.SHOPS, drifts.requests),
        Check(Owner.HEADS, drifts.issues),
    ),
)

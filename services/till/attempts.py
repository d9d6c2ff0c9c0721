"""Rate limits on mistyped short codes: hard limits per cashier and per address, and a count of misses per shop.

An attempt is charged to its cashier and its address before the code is checked, and refunded when the code was good or
when overload kept it from being checked. So the limits are exact across concurrent attempts and processes. After a
crash or an unavailable database the attempt stays a miss. Only eleven digits with the right check digit are charged:
anything else carries no information and costs an honest cashier nothing. Scanned codes have MACs of 128 bits and are
never charged, so a till can always go on.

The risk that remains. A guess hits a slot with a live pass with a probability of at most 3 in 10^6: one in 10^6 for
each of three steps (that 2^32 is no multiple of 10^6 adds less than one part in 10^5), for each shop that the cashier
works in. A slot without a live pass is never hit. So, with the defaults of 20 a cashier and 200 an address in half an
hour,

    expected hits <= windows x misses allowed in one x 3 / 10^6
    a cashier who knows every slot in use:    48 x 20 x 3 / 10^6 = 0.0029 a day
    the same by chance, 300 live passes:      0.0029 x 300 / 10 000 = 0.00009 a day
    an address, with ten such cashiers:       48 x 200 x 3 / 10^6 = 0.029 a day

and over all attackers and addresses: 5 misses close a slot, so a pass is hit with at most 5 x 3 / 10^6 = 0.000015 in
its life, and 300 passes together with at most 0.0045. A window begins with its first attempt, so a time t touches at
most t / window (rounded up) + 1 of them: in an hour 40 misses a cashier in the long run, 60 at worst. That is also how
many slots a bad cashier can close: 8 an hour, at worst 12; those passes can still be scanned, and the shop gets an
alert.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import GuessWindowKind
from services.db import database
from services.kit import clock, deadlines, secrets
from services.kit.errors import ErrorCode, Refusal, Unavailable
from services.kit.networks import network_of
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.signals import alerts
from services.signals.rules import CodeGuesses

CASHIER, ADDRESS, SHOP = GuessWindowKind.CASHIER, GuessWindowKind.ADDRESS, GuessWindowKind.SHOP

GIVEN_BACK_WITHIN_SECONDS = 0.3  # where the deadline is nearer
_SOURCE_CHARACTERS = 16


@dataclass(slots=True)
class Attempt:
    """One attempt charged to these windows, by when they began. `looked_at`: the code has been checked."""

    keys: Mapping[GuessWindowKind, bytes]
    began_at: Mapping[GuessWindowKind, datetime]
    looked_at: bool = False


def _cashier_key(account_id: UUID | None) -> bytes:
    assert account_id is not None, "declared on the mutation"
    return secrets.mac("guess-cashier", account_id.bytes)


def _address_key(address: str | None) -> bytes:
    return secrets.mac("guess-address", network_of(address).encode())


def _shop_key(shop_id: UUID) -> bytes:
    return secrets.mac("guess-shop", shop_id.bytes)


async def take(viewer: Viewer, address: str | None) -> Attempt:
    """Charge one typed code to the cashier's and the address's window, in a transaction of its own.

    Raises TOO_MANY_ATTEMPTS, and charges nothing, when either is used up. Locks the cashier's window, then the
    address's, for this one statement. A lock-free read refuses first, so that a flood of refused attempts does not
    block others at the same address.
    """
    keys = {CASHIER: _cashier_key(viewer.account_id), ADDRESS: _address_key(address)}
    now = clock.now()
    if ends_at := await _ends_at(keys, now):
        raise _too_many(ends_at)
    return await _take(keys, now)


@database.transactional
async def _take(keys: Mapping[GuessWindowKind, bytes], now: datetime) -> Attempt:
    settings = current()
    rows = await database.fetch(
        """
        INSERT INTO guess_windows AS w (id, kind, key, began_at, misses)
        VALUES ($1, 'CASHIER', $3, $5, 1), ($2, 'ADDRESS', $4, $5, 1)
        ON CONFLICT (kind, key) DO UPDATE SET
            misses = CASE WHEN w.began_at > $6 THEN w.misses + 1 ELSE 1 END,
            began_at = CASE WHEN w.began_at > $6 THEN w.began_at ELSE excluded.began_at END
        WHERE w.began_at <= $6 OR w.misses < CASE w.kind WHEN 'CASHIER' THEN $7::int ELSE $8::int END
        RETURNING w.kind, w.began_at
        """,
        uuid7(),
        uuid7(),
        keys[CASHIER],
        keys[ADDRESS],
        now,
        now - _window(),
        settings.max_guesses_per_cashier,
        settings.max_guesses_per_address,
    )
    began_at = {GuessWindowKind(row["kind"]): row["began_at"] for row in rows}
    spent = {kind: key for kind, key in keys.items() if kind not in began_at}
    if spent:
        ends_at = await _ends_at(spent, now)
        assert ends_at is not None, "it is locked, and had nothing left"
        raise _too_many(ends_at)
    return Attempt(keys, began_at)


async def give_back(attempt: Attempt) -> None:
    """Refund an attempt whose code was good or was not checked, unless its windows have ended.

    One statement, with time of its own past the deadline. Locks as `take` does. When the database is unavailable the
    attempt stays a miss, and the till's result is unaffected.
    """
    kinds = list(attempt.keys)
    try:
        with deadlines.instead(max(GIVEN_BACK_WITHIN_SECONDS, deadlines.remaining() or 0)):
            await database.execute(
                """
                WITH taken AS MATERIALIZED (
                    SELECT id FROM guess_windows
                    WHERE (kind, key, began_at) IN (SELECT * FROM unnest($1::text[], $2::bytea[], $3::timestamptz[]))
                    ORDER BY kind DESC FOR NO KEY UPDATE
                )
                UPDATE guess_windows w SET misses = w.misses - 1 FROM taken WHERE w.id = taken.id AND w.misses > 0
                """,
                [kind.value for kind in kinds],
                [attempt.keys[kind] for kind in kinds],
                [attempt.began_at[kind] for kind in kinds],
            )
    except Unavailable:
        return


async def missed(viewer: Viewer, address: str | None) -> None:
    """Count a wrong typed code for each of the cashier's shops; raise an alert when a shop reaches the threshold.

    Runs last in the caller's transaction. Locks the shops' windows by their keys.
    """
    now, minutes, threshold = clock.now(), current().guess_window_minutes, current().guess_alert_per_shop
    shops = {_shop_key(shop_id): shop_id for shop_id in viewer.shop_ids}
    cashier, source = _cashier_key(viewer.account_id).hex(), _address_key(address).hex()
    rows = await database.fetch(
        """
        INSERT INTO guess_windows AS w (id, kind, key, began_at, misses, sources)
        SELECT shop.id, 'SHOP', shop.key, $3, 1, jsonb_build_object($5::text, 'cashier', $6::text, 'address')
        FROM unnest($1::uuid[], $2::bytea[]) AS shop (id, key)
        ON CONFLICT (kind, key) DO UPDATE SET
            misses = CASE WHEN w.began_at > $4 THEN w.misses + 1 ELSE 1 END,
            began_at = CASE WHEN w.began_at > $4 THEN w.began_at ELSE excluded.began_at END,
            sources = CASE WHEN w.began_at <= $4 THEN excluded.sources
                WHEN w.misses < $7::int THEN w.sources || excluded.sources ELSE w.sources END
        RETURNING w.key, w.began_at, w.misses,
            (SELECT count(*) FROM jsonb_each_text(w.sources) s WHERE s.value = 'cashier') AS cashiers,
            (SELECT count(*) FROM jsonb_each_text(w.sources) s WHERE s.value = 'address') AS addresses
        """,
        [uuid7() for _ in shops],
        sorted(shops),
        now,
        now - _window(),
        cashier[:_SOURCE_CHARACTERS],
        source[:_SOURCE_CHARACTERS],
        threshold,
    )
    for row in rows:
        if row["misses"] == threshold:
            figures = CodeGuesses(
                misses=threshold,
                cashiers=row["cashiers"],
                addresses=row["addresses"],
                minutes=minutes,
                least_count=threshold,
            )
            await alerts.raise_alert(shops[row["key"]], row["began_at"], figures)


async def sweep(limit: int) -> int:
    """Delete at most `limit` windows that ended at least as long ago as they lasted; return how many. One statement."""
    return await database.delete_before("guess_windows", "began_at", clock.now() - 2 * _window(), limit)


def _window() -> timedelta:
    return timedelta(minutes=current().guess_window_minutes)


async def _ends_at(keys: Mapping[GuessWindowKind, bytes], now: datetime) -> datetime | None:
    """Return when the last of the used-up windows ends; None when none is used up. One statement."""
    settings = current()
    began_at: datetime | None = await database.fetch_value(
        "SELECT max(began_at) FROM guess_windows WHERE began_at > $5"
        " AND ((kind = 'CASHIER' AND key = $1 AND misses >= $3) OR (kind = 'ADDRESS' AND key = $2 AND misses >= $4))",
        keys.get(CASHIER),
        keys.get(ADDRESS),
        settings.max_guesses_per_cashier,
        settings.max_guesses_per_address,
        now - _window(),
    )
    return began_at and began_at + _window()


def _too_many(ends_at: datetime) -> Refusal:
    at = clock.local(ends_at + timedelta(seconds=59))  # round up to the minute
    when = f"{at:%H:%M}" if at.date() == clock.local(clock.now()).date() else f"{at.month} 月 {at.day} 日 {at:%H:%M}"
    return Refusal(
        ErrorCode.TOO_MANY_ATTEMPTS,
        f"短码输错次数过多，请在 {when} 后再输入；现在扫顾客的二维码可以照常核销",
        "code",
        ends_at,
    )

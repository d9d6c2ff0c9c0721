"""How often short codes may be mistyped: hard limits by cashier and by address, and a count of each shop's misses.

An attempt takes one from the allowance of its cashier and of its address before anything of the code is looked at, and
gets it back when the code was good, or when a crowd kept it from being looked at: so the limits are exact, however many
try at once in however many processes. What comes in between, a crash or a database that gives up, leaves it a miss.
Limited is what could be a short code: eleven digits with the right check digit. Anything else carries no information
and costs an honest cashier nothing; nor do scanned codes, whose MACs of 128 bits nobody guesses, so that a till can
always go on.

What is left to somebody who guesses. A guess hits a slot with a live pass with a probability of at most 3 in 10^6: one
in 10^6 for each of three steps (that 2^32 is no multiple of 10^6 adds less than one part in 10^5), for each shop that
the cashier works in. A slot without a live pass is never hit. So, with the defaults of 20 a cashier and 200 an address
in half an hour,

    expected hits <= windows x misses allowed in one x 3 / 10^6
    a cashier who knows every slot in use:    48 x 20 x 3 / 10^6 = 0.0029 a day
    the same by chance, 300 live passes:      0.0029 x 300 / 10 000 = 0.00009 a day
    an address, with ten such cashiers:       48 x 200 x 3 / 10^6 = 0.029 a day

and whoever guesses, from wherever: 5 misses close a slot, so a pass is hit with at most 5 x 3 / 10^6 = 0.000015 in its
life, and 300 passes together with at most 0.0045. A window begins with its first attempt, so a time t touches at most
t / window (rounded up) + 1 of them: in an hour 40 misses a cashier in the long run, 60 at worst. That is also how many
slots a bad cashier can close: 8 an hour, at worst 12; those passes are still scanned, and the shop has its alert.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import GuessWindowKind
from services.db import database
from services.kit import clock, deadlines, secrets
from services.kit.errors import ErrorCode, Refusal, Unavailable
from services.kit.settings import current
from services.kit.viewer import Viewer
from services.signals import alerts
from services.signals.rules import CodeGuesses

CASHIER, ADDRESS, SHOP = GuessWindowKind.CASHIER, GuessWindowKind.ADDRESS, GuessWindowKind.SHOP

IPV6_PREFIX = 64  # what one customer of a network has at least
GIVEN_BACK_WITHIN_SECONDS = 0.3  # where the deadline is nearer
_UNKNOWN = "unknown"
_SOURCE_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a typed code took: one from each of these windows, by when they began."""

    keys: Mapping[GuessWindowKind, bytes]
    began_at: Mapping[GuessWindowKind, datetime]


def network_of(address: str | None) -> str:
    """What counts as one address: IPv4, also where IPv6 carries it; of IPv6 the /64. All that are unknown are one."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))


def _cashier_key(account_id: UUID | None) -> bytes:
    assert account_id is not None, "declared on the mutation"
    return secrets.mac("guess-cashier", account_id.bytes)


def _address_key(address: str | None) -> bytes:
    return secrets.mac("guess-address", network_of(address).encode())


def _shop_key(shop_id: UUID) -> bytes:
    return secrets.mac("guess-shop", shop_id.bytes)


async def take(viewer: Viewer, address: str | None) -> Attempt:
    """Take what one typed code costs from the cashier's and the address's allowance, in a transaction of its own.

    Raises TOO_MANY_ATTEMPTS, and takes nothing, when either has none left. Locks the cashier's window, then the
    address's, for this one statement. (Who has none left is first found out by a read: a flood of refused attempts
    takes no lock that others at the same address would wait for.)
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
        uuid7(), uuid7(), keys[CASHIER], keys[ADDRESS], now, now - _window(),
        settings.guess_most_per_cashier, settings.guess_most_per_address,
    )  # fmt: skip
    began_at = {GuessWindowKind(row["kind"]): row["began_at"] for row in rows}
    spent = {kind: key for kind, key in keys.items() if kind not in began_at}
    if spent:
        ends_at = await _ends_at(spent, now)
        assert ends_at is not None, "it is locked, and had nothing left"
        raise _too_many(ends_at)
    return Attempt(keys, began_at)


async def give_back(attempt: Attempt) -> None:
    """The code was good, or not looked at: what it took counts no longer, unless its windows have ended meanwhile.

    One statement, which has a moment also after the deadline. Locks as `take` does. A database that gives up leaves it
    a miss; the till's answer stands all the same.
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
    """A typed code was looked at and was none: count it for each of the cashier's shops, and tell those who run a shop
    once its misses reach the threshold.

    Runs inside the caller's transaction, as the last thing of it: locks the shops' windows by their keys.
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
        [uuid7() for _ in shops], sorted(shops), now, now - _window(),
        cashier[:_SOURCE_CHARACTERS], source[:_SOURCE_CHARACTERS], threshold,
    )  # fmt: skip
    for row in rows:
        if row["misses"] == threshold:
            figures = CodeGuesses(
                misses=threshold, cashiers=row["cashiers"], addresses=row["addresses"], minutes=minutes,
                least_count=threshold,
            )  # fmt: skip
            await alerts.raise_alert(shops[row["key"]], row["began_at"], figures)


async def sweep(limit: int) -> int:
    """Remove at most `limit` windows that ended at least as long ago as they lasted; how many. One statement."""
    return await database.execute(
        # An array is chosen once; what stands behind IN may be chosen again for every row, and is then more than $2.
        "DELETE FROM guess_windows WHERE id = ANY(ARRAY(SELECT id FROM guess_windows WHERE began_at < $1"
        " ORDER BY began_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        clock.now() - 2 * _window(), limit,
    )  # fmt: skip


def _window() -> timedelta:
    return timedelta(minutes=current().guess_window_minutes)


async def _ends_at(keys: Mapping[GuessWindowKind, bytes], now: datetime) -> datetime | None:
    """When the last of those windows ends that have nothing left; None where all have. One statement."""
    settings = current()
    began_at: datetime | None = await database.fetch_value(
        "SELECT max(began_at) FROM guess_windows WHERE began_at > $5"
        " AND ((kind = 'CASHIER' AND key = $1 AND misses >= $3) OR (kind = 'ADDRESS' AND key = $2 AND misses >= $4))",
        keys.get(CASHIER), keys.get(ADDRESS), settings.guess_most_per_cashier, settings.guess_most_per_address,
        now - _window(),
    )  # fmt: skip
    return began_at and began_at + _window()


def _too_many(ends_at: datetime) -> Refusal:
    at = clock.local(ends_at + timedelta(seconds=59))  # the minute at which it has ended
    when = f"{at:%H:%M}" if at.date() == clock.local(clock.now()).date() else f"{at.month}月{at.day}日 {at:%H:%M}"
    return Refusal(
        ErrorCode.TOO_MANY_ATTEMPTS, f"短码输错次数过多，请在 {when} 后再输入；现在扫顾客的二维码可以照常核销", "code",
        ends_at,
    )  # fmt: skip

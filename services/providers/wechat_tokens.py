"""WeChat's access token, one for all processes: kept encrypted in the database, refreshed by one of them at a time.

The refreshing process holds a lease in the row, and no lock or transaction, while it waits for WeChat; a lease of a
process that died runs out. The others use the old token while it is valid, and else wait. WeChat's `stable_token` gives
the same token to whoever asks until five minutes before its end, so even two refreshes at once do no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from uuid_utils.compat import uuid7

from services.db import database
from services.kit import clock, deadlines, secrets
from services.kit.errors import Overloaded, Unavailable
from services.providers.outcomes import NotSent, ProviderError, Stale, Unreachable

PROVIDER = "wechat"
PURPOSE = "provider-token"
INVALID = "40001"  # WeChat's code for an access token that is none
REFRESH_BEFORE = timedelta(minutes=4)  # WeChat gives a new one from five minutes before the end on
REFRESH_APART = timedelta(seconds=30)  # unless none is valid
FORCED_APART = timedelta(minutes=90)  # WeChat allows 20 a day
RETRY_SECONDS = 10.0  # after a refresh that failed, while the old one is valid
LEASE_MARGIN_SECONDS = 5.0
POLL_SECONDS = 0.05

Fetch = Callable[[bool], Awaitable[tuple[str, int]]]  # whether by force: the token, and its seconds

_COLUMNS = "id, token_encrypted, fetched_at, expires_at, forced_at"


@dataclass(frozen=True, slots=True)
class _Row:
    """The row as it was read."""

    id: UUID
    token_encrypted: bytes | None
    fetched_at: datetime | None
    expires_at: datetime | None
    forced_at: datetime | None

    def valid(self, rejected: str | None) -> str | None:
        """Return the token, if it has not ended and is not the rejected one."""
        if self.token_encrypted is None or self.expires_at is None or self.expires_at <= clock.now():
            return None
        try:
            token = secrets.decrypt(PURPOSE, self.token_encrypted).decode()
        except InvalidTag:
            return None
        return None if token == rejected else token

    def due(self) -> bool:
        """Whether a valid token is to be refreshed by now."""
        now = clock.now()
        ends_soon = self.expires_at is None or self.expires_at - now < REFRESH_BEFORE
        return ends_soon and (self.fetched_at is None or now - self.fetched_at >= REFRESH_APART)


class Tokens:
    """The token of one mini-program. `fetch` asks WeChat for it."""

    def __init__(self, app_id: str, timeout_seconds: float, fetch: Fetch) -> None:
        self._app_id = app_id
        self._timeout_seconds = timeout_seconds
        self._fetch = fetch

    async def get(self, rejected: str | None = None) -> str:
        """Return a token that is valid as far as is known, and not `rejected`, the one that WeChat just refused.

        Raises NotSent when none is to be had in time, for nothing is sent without one, and Refused. Locks nothing for
        longer than a statement.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                while True:
                    if token := await self._got(rejected):
                        return token
                    await asyncio.sleep(POLL_SECONDS)
        except (TimeoutError, Overloaded):  # whichever notices first, the timer or the wait for a connection
            raise NotSent(PROVIDER, "no access token in time") from None
        except Unreachable as error:
            raise NotSent(PROVIDER, f"no access token ({error})") from None

    async def _got(self, rejected: str | None) -> str | None:
        """Return a token; None while another process gets one."""
        row = await self._read()
        token = row.valid(rejected) if row else None
        if row and token and not row.due():
            return token
        lease = uuid4()
        leased = await self._leased(lease)
        if leased is None:
            return token
        token = leased.valid(rejected)
        if token and not leased.due():  # refreshed since the row was read
            await self._release(lease)
            return token
        return await self._refreshed(leased, lease, token, rejected)

    async def _refreshed(self, row: _Row, lease: UUID, old: str | None, rejected: str | None) -> str:
        """Refresh under the lease, and give it back. A failure leaves `old`, as long as it is valid."""
        try:
            return await self._stored(row, lease, rejected)
        except BaseException as error:
            await self._release(lease, RETRY_SECONDS if old else 0)
            if old is None or not isinstance(error, ProviderError):
                raise
            return old

    async def _stored(self, row: _Row, lease: UUID, rejected: str | None) -> str:
        forced_at = row.forced_at
        token, seconds = await self._fetch(False)
        if token == rejected:
            now = clock.now()
            if forced_at is not None and now - forced_at < FORCED_APART:
                raise Stale(PROVIDER, INVALID)
            token, seconds = await self._fetch(True)
            forced_at = now
        now = clock.now()
        await database.execute(
            "UPDATE provider_tokens SET token_encrypted = $3, fetched_at = $4, expires_at = $5, forced_at = $6,"
            " leased_until = clock_timestamp() WHERE id = $1 AND lease_id = $2",
            row.id,
            lease,
            secrets.encrypt(PURPOSE, token.encode()),
            now,
            now + timedelta(seconds=seconds),
            forced_at,
        )
        return token

    async def _read(self) -> _Row | None:
        rows = await database.read(
            _Row,
            f"SELECT {_COLUMNS} FROM provider_tokens WHERE provider = $1 AND app_id = $2",
            PROVIDER,
            self._app_id,
        )
        return rows[0] if rows else None

    async def _leased(self, lease: UUID) -> _Row | None:
        """Take the lease, and return the row; None while another has it."""
        taken = await database.execute(
            "INSERT INTO provider_tokens AS t (id, provider, app_id, lease_id, leased_until)"
            " VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 second')"
            " ON CONFLICT (provider, app_id) DO UPDATE"
            " SET lease_id = excluded.lease_id, leased_until = excluded.leased_until"
            " WHERE t.leased_until IS NULL OR t.leased_until <= clock_timestamp()",
            uuid7(),
            PROVIDER,
            self._app_id,
            lease,
            self._timeout_seconds + LEASE_MARGIN_SECONDS,
        )
        return await self._read() if taken else None

    async def _release(self, lease: UUID, after_seconds: float = 0) -> None:
        """Give the lease back so many seconds from now, if it is still this one. Failing to is no harm: it runs out."""
        with deadlines.lifted(), suppress(Unavailable):
            await database.execute(
                "UPDATE provider_tokens SET leased_until = clock_timestamp() + $2 * interval '1 second'"
                " WHERE lease_id = $1",
                lease,
                after_seconds,
            )

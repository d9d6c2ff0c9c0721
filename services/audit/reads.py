"""Reads of others' personal data (批量查看): counted, recorded from a hundred persons on, and bounded by the hour.

A read writes nothing while it is small: each process counts in memory, by account, the households and other persons
that it has shown in this hour, each once. Of every hundred an audit row is written before the answer is given, and then
the process learns what the others have recorded. So an account of which P processes answer is refused after at most
PERSONAL_RECORDS_PER_HOUR + P × 100 persons, and the answers that were under way; whom several processes have shown may
count several times.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.audit import log as audit
from services.db import database
from services.kit import clock
from services.kit.errors import ReadEnough
from services.kit.settings import current

ACTION = "personal_data.read"
RECORD_EVERY = 100
MAX_ACCOUNTS = 10_000  # of which this process keeps counts; the least recently used are forgotten
HOUR = timedelta(hours=1)

Shown = tuple[str, UUID]
"""A person's record, by type and id."""


@dataclass(slots=True)
class _Account:
    """What one account has been shown in this hour."""

    seen: set[int] = field(default_factory=set)  # hashes of records
    unrecorded: Counter[str] = field(default_factory=Counter)  # by type
    elsewhere: int = 0  # what other processes had recorded when this one last looked
    recorded: int = 0


class Tally:
    """The counts of one process."""

    def __init__(self, max_accounts: int = MAX_ACCOUNTS) -> None:
        self._accounts: OrderedDict[UUID, _Account] = OrderedDict()
        self._hour: datetime | None = None
        self._max_accounts = max_accounts

    def check(self, account_id: UUID, most: int) -> None:
        """Raise ReadEnough when the account has been shown `most` in this hour; 0 is no limit."""
        account = self._of(account_id)
        if most and len(account.seen) + account.elsewhere >= most:
            raise ReadEnough(seconds=int((_hour() + HOUR - clock.now()).total_seconds()) + 1)

    def note(self, account_id: UUID, shown: Iterable[Shown]) -> dict[str, int]:
        """Count what an account is shown; return the counts to be recorded now, by type, if there are enough."""
        account = self._of(account_id)
        fresh = [one for one in shown if hash(one) not in account.seen]
        account.seen.update(map(hash, fresh))
        account.unrecorded.update(kind for kind, _ in fresh)
        if account.unrecorded.total() < RECORD_EVERY:
            return {}
        due, account.unrecorded = account.unrecorded, Counter()
        account.recorded += due.total()
        return dict(due)

    def unrecord(self, account_id: UUID, due: dict[str, int]) -> None:
        """Take back that counts were recorded."""
        account = self._of(account_id)
        account.unrecorded.update(due)
        account.recorded -= sum(due.values())

    def learn(self, account_id: UUID, recorded: int) -> None:
        """Take note of what all processes have recorded."""
        account = self._of(account_id)
        account.elsewhere = max(0, recorded - account.recorded)

    def clear(self) -> None:
        """Forget all counts."""
        self._accounts.clear()

    def _of(self, account_id: UUID) -> _Account:
        if self._hour != (hour := _hour()):
            self._accounts.clear()
            self._hour = hour
        account = self._accounts.setdefault(account_id, _Account())
        self._accounts.move_to_end(account_id)
        if len(self._accounts) > self._max_accounts:
            self._accounts.popitem(last=False)
        return account


tally = Tally()


def check(account_id: UUID) -> None:
    """Raise ReadEnough for an account that has been shown as many persons in this hour as it may be."""
    tally.check(account_id, current().personal_records_per_hour)


async def shown(account_id: UUID, records: Iterable[Shown]) -> None:
    """Count what an account is about to be shown; record it once it is a hundred. Raises Unavailable when that fails:
    then nothing may be shown."""
    due = tally.note(account_id, records)
    if not due:
        return
    try:
        recorded = await _record(account_id, due)
    except BaseException:
        tally.unrecord(account_id, due)
        raise
    tally.learn(account_id, recorded)


@database.transactional
async def _record(account_id: UUID, due: dict[str, int]) -> int:
    """Write the audit row; return how many records of this hour are recorded, by all processes."""
    audit.record(account_id, ACTION, "Account", account_id, records=sum(due.values()), **due)
    recorded = await database.fetch_value(
        "SELECT sum((details->>'records')::int) FROM audit_entries"
        " WHERE account_id = $1 AND action = $2 AND subject = 'Account' AND occurred_at >= $3",
        account_id,
        ACTION,
        _hour(),
    )
    return int(recorded)


def _hour() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0)

"""What is due by time and what waits for somebody: whether tick and relay keep up, and what is to be approved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import WishState
from services.db import database
from services.db.records import records
from services.kit import business_days, clock
from services.settlement.statements import next_day
from services.signals import scan as signal_scan
from services.signals import searches as signal_searches

LATE_AFTER = timedelta(minutes=5)
SOON = timedelta(hours=24)

# Whose work each kind is. People may take their time; the machine may not.
TICK, RELAY, PEOPLE = "tick", "relay", "people"
WORDS = {
    "wishes_to_return": "派单超时未接,待退回",
    "wishes_to_rate": "办结超时未评,待自动评单",
    "rewards_to_void": "代点单到期无评价,待作废奖励",
    "preparations_to_release": "预核销超时,待退回占用",
    "passes_to_expire": "优惠码到期,待失效",
    "shop_days_to_close": "店铺日结待关账",
    "signals_to_scan": "异常提示待扫描",
    "changes_to_tell": "变更待推送",
    "webhooks_to_send": "店铺系统待推送",
    "wishes_unrated_soon": "24 小时内将自动评单",
    "shops_to_approve": "店铺待审核",
    "shop_changes_to_approve": "店铺资料变更待审核",
    "discounts_to_approve": "优惠待审核",
    "signals_to_judge": "提示待研判",
    "disputes_to_decide": "异议待裁定",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one kind waits, for whom, and since when the longest; `since` is None where nothing waits.

    `late`: the tick or the relay should have done it more than 5 minutes ago. (What a slow endpoint has not been sent
    is its own affair, while something is under way to it.)
    """

    kind: str
    by: str
    count: int
    since: datetime | None
    late: bool

    @property
    def words(self) -> str:
        """The kind in Chinese."""
        return WORDS[self.kind]


_QUERY = f"""
SELECT kind, by, count, since, (since < $1 - $3::interval AND by <> '{PEOPLE}') IS TRUE AS late
FROM (
    SELECT 'wishes_to_return' AS kind, '{TICK}' AS by, count(*), min(deadline_at) AS since, 1 AS place
        FROM wishes WHERE deadline_at <= $1 AND state = '{WishState.DISPATCHED}'
    UNION ALL SELECT 'wishes_to_rate', '{TICK}', count(*), min(deadline_at), 2
        FROM wishes WHERE deadline_at <= $1 AND state = '{WishState.COMPLETED}'
    UNION ALL SELECT 'rewards_to_void', '{TICK}', count(*), min(deadline_at), 3
        FROM wishes WHERE deadline_at <= $1 AND state NOT IN ('{WishState.DISPATCHED}', '{WishState.COMPLETED}')
    UNION ALL SELECT 'preparations_to_release', '{TICK}', count(*), min(expires_at), 4
        FROM preparations WHERE state = 'LIVE' AND expires_at <= $1
    UNION ALL SELECT 'passes_to_expire', '{TICK}', count(*), min(expires_at), 5
        FROM passes WHERE state = 'LIVE' AND expires_at <= $1
    UNION ALL SELECT 'shop_days_to_close', '{TICK}', count(*),
        min((open_day + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai'), 6
        FROM (SELECT {next_day("$4::date")} AS open_day FROM shops s) shop WHERE open_day IS NOT NULL
    UNION ALL SELECT 'signals_to_scan', '{TICK}', count(*),
        min((day + 1 + time '02:00') AT TIME ZONE 'Asia/Shanghai' + $8::interval), 7
        FROM ({signal_scan.unscanned("$5", "$6", "$7")}) search_day
    UNION ALL SELECT 'changes_to_tell', '{RELAY}', count(*), min(created_at), 8
        FROM outbox_entries WHERE relayed_at IS NULL
    UNION ALL SELECT 'webhooks_to_send', '{RELAY}', count(*), min(next_attempt_at), 9
        FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.state = 'ACTIVE'
        WHERE d.state = 'WAITING' AND next_attempt_at <= $1 AND NOT EXISTS (
            SELECT 1 FROM webhook_deliveries busy WHERE busy.endpoint_id = e.id AND busy.state = 'WAITING'
                AND busy.next_attempt_at > $1 AND busy.leased_until > $1
        )
    UNION ALL SELECT 'wishes_unrated_soon', '{PEOPLE}', count(*), min(completed_at), 10
        FROM wishes WHERE deadline_at > $1 AND deadline_at <= $2 AND state = '{WishState.COMPLETED}'
    UNION ALL SELECT 'shops_to_approve', '{PEOPLE}', count(*), min(created_at), 11
        FROM shops WHERE state = 'APPLIED'
    UNION ALL SELECT 'shop_changes_to_approve', '{PEOPLE}', count(*), min(asked_at), 12
        FROM shop_changes WHERE state = 'PENDING'
    UNION ALL SELECT 'discounts_to_approve', '{PEOPLE}', count(*), min(created_at), 13
        FROM discounts WHERE state = 'SUBMITTED'
    UNION ALL SELECT 'disputes_to_decide', '{PEOPLE}', count(*), min(opened_at), 14
        FROM disputes WHERE state = 'OPEN'
    UNION ALL SELECT 'signals_to_judge', '{PEOPLE}', count(*), min(raised_at), 15
        FROM signals WHERE state = 'OPEN'
) waiting ORDER BY place
"""


async def waiting() -> list[Waiting]:
    """What waits, each kind in a row, those with nothing too. One statement, and so one moment.

    `wishes_unrated_soon` will be rated automatically within 24 hours.
    """
    now = clock.now()
    rows = await database.fetch(
        _QUERY, now, now + SOON, LATE_AFTER, business_days.ended_statement_day(now),
        list(signal_searches.ALL), *signal_scan.look_back(), signal_scan.SETTLED_AFTER,
    )  # fmt: skip
    return records(Waiting, rows)

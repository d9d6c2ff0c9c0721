"""Versions of the reward rule (积分规则): created with a date of effect, never edited.

A version applies to completions from its date of effect on. It is made at least a minute ahead and can be withdrawn
until a minute before. Transactions end long before (a statement runs for 10 s, waits for a lock for 5 s, and an idle
transaction ends after 30 s): so no completion can miss a version, or see one withdrawn later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import RewardRuleAction, WishCategory
from models.points import RewardRule as RewardRuleRow
from services.audit import log as audit
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import clock, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.periods import EARLIEST_YEAR, LATEST_YEAR
from services.kit.viewer import Viewer, governs_district
from services.points.pricing import MAX_STARS, MIN_STARS_PAID, Rule
from services.points.rewards import rule_of
from services.writes import requests
from services.writes.write import write

AHEAD = timedelta(minutes=1)
MAX_AHEAD = timedelta(days=366)
MAX_POINTS = 1000
MAX_CAP = 100_000
MAX_NOTE = 200
STARS_PAID = range(MIN_STARS_PAID, MAX_STARS + 1)

NEWEST_FIRST = Keyset("reward-rules", {"version": ("r.version", int)}, descending=True)
_IN_FORCE = (
    "(SELECT id FROM reward_rules WHERE effective_from <= {now} AND withdrawn_at IS NULL"
    " ORDER BY effective_from DESC LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class CategoryPoints:
    """The base of one category."""

    category: WishCategory
    points: int


@dataclass(frozen=True, slots=True)
class StarsPoints:
    """The bonus for a rating."""

    stars: int
    points: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a version, and all that a trial needs."""

    base: Sequence[CategoryPoints]
    bonus: Sequence[StarsPoints]
    daily_cap: int | None
    monthly_household_cap: int | None

    def rule(self) -> Rule:
        """Return these terms as a rule without a version. Raises INVALID_INPUT unless each category and each paid
        rating is given once, amounts are at most 1000, and caps at most 100000."""
        with Form() as form:
            base = form(self._base)
            bonus = form(self._bonus)
            by_day = form(_cap, self.daily_cap, "dailyCap")
            by_month = form(_cap, self.monthly_household_cap, "monthlyHouseholdCap")
        return Rule(UUID(int=0), 0, base, bonus, by_day, by_month)

    def _base(self) -> dict[WishCategory, int]:
        base = {one.category: text.whole(one.points, "base", least=0, most=MAX_POINTS) for one in self.base}
        if len(self.base) != len(base) or set(base) != set(WishCategory):
            raise Refusal(ErrorCode.INVALID_INPUT, "请为每个心愿类别各填一次基础分", "base")
        return base

    def _bonus(self) -> dict[int, int]:
        bonus = {one.stars: text.whole(one.points, "bonus", least=0, most=MAX_POINTS) for one in self.bonus}
        if len(self.bonus) != len(bonus) or set(bonus) != set(STARS_PAID):
            message = f"请为 {STARS_PAID[0]} 到 {STARS_PAID[-1]} 星各填一次评价加分"
            raise Refusal(ErrorCode.INVALID_INPUT, message, "bonus")
        return bonus


def _cap(cap: int | None, field: str) -> int | None:
    return None if cap is None else text.whole(cap, field, least=0, most=MAX_CAP)


@dataclass(frozen=True, slots=True)
class RewardRule:
    """One version, as it is read. `in_force`: completions are priced by it now."""

    id: UUID
    version: int
    effective_from: datetime
    base: Mapping[WishCategory, int]
    bonus: Mapping[int, int]
    daily_cap: int | None
    monthly_household_cap: int | None
    note: str | None
    author: str | None
    created_at: datetime
    withdrawn_at: datetime | None
    in_force: bool

    @property
    def base_by_category(self) -> list[CategoryPoints]:
        """The base of every category."""
        return [CategoryPoints(category, self.base.get(category, 0)) for category in WishCategory]

    @property
    def bonus_by_stars(self) -> list[StarsPoints]:
        """The bonus of every paid rating."""
        return [StarsPoints(stars, self.bonus.get(stars, 0)) for stars in STARS_PAID]


def available_actions(viewer: Viewer, rule: RewardRule) -> list[RewardRuleAction]:
    """Return what this viewer may do with a version now."""
    withdrawable = governs_district(viewer) and rule.withdrawn_at is None and not _too_late(rule, clock.now())
    return [RewardRuleAction.WITHDRAW] if withdrawable else []


def _too_late(rule: RewardRule, now: datetime) -> bool:
    return rule.effective_from < now + AHEAD


async def by_ids(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, RewardRule]:
    """Return the existing versions, by id; they are public. One statement."""
    args = Args()
    rows = await database.fetch(f"{_select(args)} WHERE r.id = ANY({args(list(ids))})", *args)
    return {rule.id: rule for rule in map(_read, rows)}


async def page(viewer: Viewer, page: PageRequest) -> Page[RewardRule]:
    """Return a page of the versions, newest first, including withdrawn ones; they are public. One statement."""
    args = Args()
    condition, order = NEWEST_FIRST.clause(page, args)
    rows = await database.fetch(f"{_select(args)} WHERE {condition} {order}", *args)
    return NEWEST_FIRST.page(page, [_read(row) for row in rows])


def _select(args: Args) -> str:
    return (
        "SELECT r.id, r.version, r.effective_from, r.base, r.bonus, r.daily_cap, r.monthly_household_cap,"
        " nullif(r.note, '') AS note, a.display_name AS author, r.created_at, r.withdrawn_at,"
        f" coalesce(r.id = {_IN_FORCE.format(now=args(clock.now()))}, false) AS in_force"
        " FROM reward_rules r LEFT JOIN accounts a ON a.id = r.created_by_id"
    )


def _read(row: dict[str, Any]) -> RewardRule:
    rule = rule_of(row)
    return RewardRule(**{**row, "base": rule.base, "bonus": rule.bonus})


@write
async def create(viewer: Viewer, terms: Terms, effective_from: datetime, note: str, request_no: str) -> RewardRule:
    """Create the next version, in effect from an instant that lies a minute to a year ahead and after the latest
    version's.

    The same `request_no` again returns the same version. Raises REQUEST_NO_REUSED, FORBIDDEN unless the viewer governs
    the whole district, and INVALID_INPUT. Locks the request, then the first version: rules are made one at a time.
    """
    _require(viewer)
    assert viewer.account_id is not None, "somebody governs the district"
    with Form() as form:
        rule = form(terms.rule)
        note = form(text.clean, note, "note", most=MAX_NOTE)
        effective_from = form(_instant, effective_from)
        form(requests.checked, request_no)
    values: dict[str, Any] = {
        "effective_from": effective_from,
        "base": {category.value: points for category, points in sorted(rule.base.items())},
        "bonus": {str(stars): points for stars, points in sorted(rule.bonus.items())},
        "daily_cap": rule.daily_cap,
        "monthly_household_cap": rule.monthly_household_cap,
        "note": note,
    }
    rule_id = uuid7()
    before = await requests.claim(viewer.account_id, "rewardRuleCreate", request_no, values, rule_id)
    if before is not None:
        return await _found(viewer, before)
    await _one_at_a_time()
    now = clock.now()
    version, latest = await _latest()
    _check_effect(values["effective_from"], now, latest)
    await RewardRuleRow.create(
        id=rule_id, version=version + 1, created_at=now, created_by_id=viewer.account_id, **values
    )
    audit.record(
        viewer.account_id,
        "reward_rule.create",
        "RewardRule",
        rule_id,
        version=version + 1,
        effective_from=values["effective_from"].isoformat(),
    )
    return await _found(viewer, rule_id)


@write
async def withdraw(viewer: Viewer, rule_id: UUID) -> RewardRule:
    """Withdraw a version at least a minute before it takes effect: it never does, and its number is not used again.

    Withdrawing it again changes nothing. Raises FORBIDDEN unless the viewer governs the whole district, NOT_FOUND, and
    INVALID_STATE when it is too late. Locks the first version.
    """
    _require(viewer)
    await _one_at_a_time()
    found = (await by_ids(viewer, [rule_id])).get(rule_id)
    if found is None:
        raise not_found("rewardRuleId")
    if found.withdrawn_at is not None:
        return found
    now = clock.now()
    if _too_late(found, now):
        message = "该版本已经生效或一分钟内生效，不能撤回，请制定新版本"
        raise Refusal(ErrorCode.INVALID_STATE, message, "rewardRuleId")
    await database.execute(
        "UPDATE reward_rules SET withdrawn_at = $2, withdrawn_by_id = $3 WHERE id = $1 AND withdrawn_at IS NULL",
        rule_id,
        now,
        viewer.account_id,
    )
    audit.record(viewer.account_id, "reward_rule.withdraw", "RewardRule", rule_id, version=found.version)
    return await _found(viewer, rule_id)


def _require(viewer: Viewer) -> None:
    if not governs_district(viewer):
        raise Refusal(ErrorCode.FORBIDDEN, "积分规则适用于全区，只有区管理员可以制定和撤回")


async def _one_at_a_time() -> None:
    # The first version always exists. Rewards that refer to it don't wait: they lock its key only.
    await database.fetch("SELECT id FROM reward_rules WHERE version = 1 FOR NO KEY UPDATE")


async def _latest() -> tuple[int, datetime]:
    """Return the greatest version ever made, and the latest date of effect of a version that is not withdrawn."""
    row = await database.fetch_one(
        "SELECT max(version) AS version, max(effective_from) FILTER (WHERE withdrawn_at IS NULL) AS latest"
        " FROM reward_rules"
    )
    assert row is not None, "a migration made the first rule, and it can't be withdrawn"
    return row["version"], row["latest"]


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None or not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise Refusal(ErrorCode.INVALID_INPUT, "生效时间须带时区，且在一年以内", "effectiveFrom")
    return at.astimezone(UTC)


def _check_effect(at: datetime, now: datetime, latest: datetime) -> None:
    if not now + AHEAD <= at <= now + MAX_AHEAD:
        raise Refusal(ErrorCode.INVALID_INPUT, "生效时间须在一分钟以后、一年以内", "effectiveFrom")
    if at <= latest:
        shown = f"{clock.local(latest):%Y-%m-%d %H:%M:%S}"
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"生效时间须晚于最新版本的生效时间 {shown}，或先撤回那个版本",
            "effectiveFrom",
        )


async def _found(viewer: Viewer, rule_id: UUID) -> RewardRule:
    found = (await by_ids(viewer, [rule_id])).get(rule_id)
    assert found is not None, "a version is never removed"
    return found

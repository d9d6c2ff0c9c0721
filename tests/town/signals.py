"""Signals of unusual activity: redemptions and rated wishes at chosen instants, as rows; what is raised and judged."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.discounts import Discount
from models.enums import PassState, PreparationState, RatingSource, RedemptionState, SignalKind, WishCategory, WishState
from models.signals import Signal
from models.till import Pass, Preparation, Redemption
from models.wishes import Wish
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.kit.settings import Settings
from services.signals import alerts, signals
from services.signals import rules as signal_rules
from services.signals import scan as signal_scan
from services.signals import searches as signal_searches
from services.signals.rules import Burst, CodeGuesses, FarApart, Figures, OutsideOpeningHours, SharedDevice
from services.signals.shares import JustAboveMinimum, MutualShare, WishCycle
from services.work import tick
from tests.town import points, till, wishes
from tests.town.documents import nodes
from tests.town.story import Story
from tests.town.world import Community

MAY_1, MAY_30 = date(2026, 5, 1), date(2026, 5, 30)
SHARE = MutualShare(MAY_1, MAY_30, both=14, of_shop=20, of_head=15, share_percent=50, least_count=5)
MINIMUM = JustAboveMinimum(MAY_1, MAY_30, near=11, bills=12, above_percent=2, share_percent=50, least_count=10)
CYCLE = WishCycle(MAY_1, MAY_30, both=9, filed=6, of_household=9, of_head=12, share_percent=50, least_count=6)


_numbers = count(1)

DEFAULTS = signal_scan.thresholds_of(Settings.model_construct())


async def redeem(
    place: Community,
    at: Iterable[datetime],
    head: int = 0,
    *,
    bill_fen: int = 8800,
    discount: Discount | None = None,
    state: RedemptionState = RedemptionState.CONFIRMED,
) -> None:
    """Redemptions of a head at the community's shop, or of another shop's discount, as a till would have left them."""
    what = discount or place.discount
    assert what and place.cashier
    passes, preparations, redemptions = [], [], []
    for moment in at:
        utc, day = moment.astimezone(UTC), clock.day_of(moment)
        common: dict[str, Any] = {
            "head_id": place.heads[head].id,
            "discount_id": what.id,
            "origin_id": what.origin_id,
            "shop_id": what.shop_id,
        }
        passes.append(
            Pass(**common, slot=0, secret_encrypted=b"x", state=PassState.SPENT, issued_at=utc, expires_at=utc)
        )
        common |= {
            "issued_pass_id": passes[-1].id,
            "cashier_id": place.cashier.account_id,
            "bill_fen": bill_fen,
            "payable_fen": bill_fen,
            "saved_fen": 0,
            "cost_points": 0,
            "day": day,
            "month": day.replace(day=1),
        }
        preparations.append(
            Preparation(**common, step=1, state=PreparationState.CONFIRMED, prepared_at=utc, expires_at=utc)
        )
        revoked = {"revoked_at": utc, "revoke_reason": "点错了"} if state == RedemptionState.REVOKED else {}
        redemptions.append(
            Redemption(
                **common,
                **revoked,
                preparation_id=preparations[-1].id,
                statement_day=business_days.statement_day_of(utc),
                state=state,
                confirmed_at=utc,
                revocable_until=utc,
            )
        )
    await Pass.bulk_create(passes)
    await Preparation.bulk_create(preparations)
    await Redemption.bulk_create(redemptions)


async def rate(
    place: Community, at: Iterable[datetime], household: int = 0, head: int = 0, *, filed: bool = False
) -> None:
    """Wishes of a household that a head completed, rated at these instants."""
    who = place.residents[household].account_id
    by_head: dict[str, Any] = (
        {"on_behalf": True, "consent_note": "电话同意", "filed_by_head_id": place.heads[head].id} if filed else {}
    )
    await Wish.bulk_create(
        Wish(
            id=uuid7(), household_id=place.households[household].id, grid_id=place.grid.id, requester_id=who,
            category=WishCategory.ERRAND, title="心愿", state=WishState.RATED, head_id=place.heads[head].id,
            submitted_at=moment, accepted_at=moment, completed_at=moment, completed_by_id=who, rated_at=moment,
            rating_source=RatingSource.HOUSEHOLD, stars=5, rated_by_id=who, **by_head,
        )
        for moment in at
    )  # fmt: skip


async def scanned(day: date, **thresholds: int) -> int | None:
    """Scan a day by the default thresholds, or others, search by search; None while another process is at it."""
    raised = 0
    for name in signal_searches.ALL:
        if (found := await signal_scan.scan(name, day, replace(DEFAULTS, **thresholds))) is None:
            return None
        raised += found
    return raised


async def raised(kind: SignalKind | None = None) -> list[Signal]:
    """The signals that there are, the oldest first."""
    rows = Signal.filter(kind=kind) if kind else Signal.all()
    return list(await rows.order_by("id"))


async def figures(kind: SignalKind) -> list[Figures]:
    """The figures of those of a kind."""
    return [signal_rules.read(kind, signal.figures) for signal in await raised(kind)]


def about(signal: Signal) -> dict[str, UUID]:
    """Whom a signal is about."""
    named = {name: getattr(signal, f"{name}_id") for name in ("shop", "other_shop", "head", "household")}
    return {name: key for name, key in named.items() if key is not None}


@database.transactional
async def flagged(place: Community, kind: SignalKind = SignalKind.WISH_CYCLE, other: Community | None = None) -> str:
    """One more signal of a kind about the community's shop, first head and first household, as far as the kind has
    them; the second of two shops is the `other` community's. Its global id."""
    day = business_days.statement_day_of(clock.now())
    since, until = clock.now(), clock.now() + timedelta(minutes=5)
    shop, head = {"shop_id": place.shop.id}, {"head_id": place.heads[0].id}
    made: dict[SignalKind, tuple[Figures, dict[str, Any]]] = {
        SignalKind.MUTUAL_SHARE: (MutualShare(day, day, 5, 10, 5, 50, 5), shop | head),
        SignalKind.BURST: (Burst(True, since, until, 4, 0, 10, 4), head),
        SignalKind.OUTSIDE_OPENING_HOURS: (OutsideOpeningHours(day, "09:00-21:00", 2, since, until, 30), shop),
        SignalKind.JUST_ABOVE_MINIMUM: (JustAboveMinimum(day, day, 11, 12, 2, 50, 10), shop),
        SignalKind.FAR_APART: (
            FarApart(since, until, 9000, 300, 60, 2),
            shop | head | {"other_shop_id": (other or place).shop.id},
        ),
        SignalKind.WISH_CYCLE: (
            WishCycle(day, day, 9, 6, 9, 12, 50, 6),
            head | {"household_id": place.households[0].id},
        ),
        SignalKind.CODE_GUESSES: (CodeGuesses(20, 2, 1, 30, 20), shop),
        SignalKind.SHARED_DEVICE: (SharedDevice(True, since, until), head | {"household_id": place.households[0].id}),
    }
    told, whom = made[kind]
    key = f"flagged:{next(_numbers)}"
    assert await signals.raise_alert(kind, key, day, told, **whom)
    return ids.make("Signal", await Signal.get(kind=kind, key=key).values_list("id", flat=True))


@database.transactional
async def alerted(place: Community) -> None:
    """One more alert that many codes typed at the community's shop were wrong."""
    assert place.shop
    began_at = clock.now() - timedelta(minutes=next(_numbers))
    figures = CodeGuesses(misses=20, cashiers=2, addresses=1, minutes=30, least_count=20)
    await alerts.raise_alert(place.shop.id, began_at, figures)


# -- The story ---------------------------------------------------------------------------------------------------------


async def an_administrator_judges_what_looked_unusual(told: Story) -> None:
    """Four redemptions by one head in a few minutes; two shops far apart; one household and one head."""
    a, admin, shop = told.a, told.world.admin, {"id": ids.make("Shop", told.a.shop.id), "name": "A小吃店"}
    assert (await tick.run())["failed"] == 0  # what the story did before is another story
    await points.give_points(a.heads[0].id, 100)
    told.travel.by(days=1)
    first = clock.local(clock.now())
    for _ in range(4):
        await till.redeemed(told.api, a)
        told.travel.by(minutes=2)
    told.travel.to(business_days.statement_closes_at(business_days.statement_day_of(first)) + timedelta(minutes=15))
    assert (await tick.run())["signals_raised"] >= 1
    (burst,) = nodes((await told.run(admin, "Signals", kinds=["BURST"], first=1))["signals"])
    head = {"id": ids.make("HouseholdHead", a.heads[0].id), "name": "赵联户"}
    last = first + timedelta(minutes=6)
    explained = (
        f"{first.month} 月 {first.day} 日 {first:%H:%M:%S} 至 {last:%H:%M:%S}，该联户长核销 4 笔，"
        "其中 0 笔后来撤销或冲正；提示线：10 分钟内不少于 4 笔"
    )
    assert burst == {
        "id": burst["id"],
        "kind": "BURST",
        "day": first.date().isoformat(),
        "explanation": explained,
        "state": "OPEN",
        "raisedAt": told.now,
        "availableActions": ["JUDGE"],
        "shop": None,
        "head": head,
    }
    area = ids.make("Area", a.community.id)
    far = await flagged(a, SignalKind.FAR_APART)
    listed = nodes((await told.run(admin, "Signals", areaId=area, kinds=["FAR_APART"]))["signals"])
    assert [(one["id"], one["shop"]) for one in listed] == [(far, shop)]
    told.travel.by(minutes=1)
    words = {"signalId": far, "state": "FOLLOWED_UP", "judgement": "已电话核实,两店老板是亲戚"}
    judged = await told.done(admin, "SignalJudge", **words)
    assert judged == {
        "id": far,
        "state": "FOLLOWED_UP",
        "judgement": words["judgement"],
        "judgedAt": told.now,
        "judgedBy": "管理员",
        "availableActions": [],
    }
    detail = (await told.run(admin, "SignalDetail", id=far))["node"]
    assert {name: detail[name] for name in judged} == judged
    assert detail["otherShop"] == shop and detail["figures"][3] == {
        "name": "直线距离",
        "value": "9 公里",
        "threshold": "不少于 2 公里",
    }
    counted = (await told.run(admin, "SignalDetail", id=burst["id"]))["node"]["evidence"]
    assert [(one["headName"], one["shop"], one["payableFen"]) for one in counted] == [("赵联户", shop, 7040)] * 4
    await wishes.rated(told.api, a)
    open_one = (await told.run(admin, "SignalDetail", id=await flagged(a)))["node"]
    (wish,) = open_one["evidence"]
    assert (wish["stars"], wish["completedAt"]) == (5, told.now)
    assert (wish["reward"]["state"], wish["reward"]["availableActions"]) == ("POSTED", ["REVERSE"])
    assert open_one["household"] == {"id": ids.make("Household", a.households[0].id), "address": "1栋100室"}
    assert open_one["availableActions"] == ["JUDGE"]

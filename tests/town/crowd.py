"""A hundred rows of everything, made through the models in bulk, for tests of full pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.accounts import Account, Membership, Session
from models.agreements import Agreement
from models.audit import AuditEntry
from models.discounts import Discount, DiscountCounter
from models.entry import HouseholdJoin
from models.enums import (
    AgreementState,
    AreaKind,
    ContactKind,
    DiscountAudience,
    DiscountKind,
    DiscountState,
    DisputeState,
    GrantSource,
    HouseholdJoinState,
    InvitationState,
    NominationState,
    NotificationKind,
    OfferState,
    PassState,
    PointsAccountKind,
    PreparationState,
    PushState,
    RatingSource,
    RedemptionState,
    RewardState,
    Role,
    SeasonState,
    ShopCategory,
    ShopChangeState,
    ShopKind,
    ShopState,
    SignalKind,
    SignalState,
    StatementRowKind,
    TransferKind,
    WebhookDeliveryState,
    WebhookEvent,
    WebhookOutcome,
    WebhookState,
    WishAction,
    WishActor,
    WishCategory,
    WishState,
)
from models.grants import Grant
from models.honours import Season
from models.notices import Notification
from models.people import Area, Household, HouseholdHead
from models.points import PointsAccount, PointsTransfer, Reward, RewardRule
from models.settlement import Statement, StatementRow
from models.shops import Invitation, Shop, ShopChange
from models.signals import Signal
from models.till import Dispute, Pass, Preparation, Redemption
from models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from models.wishes import ContactReveal, Wish, WishEvent, WishHelper, WishOffer
from services.accounts import tokens
from services.db import database
from services.kit import business_days, clock, secrets
from services.kit.secrets import phone_columns
from services.points import scores
from tests.town import honours
from tests.town.world import World

COUNT = 100


async def fill(world: World, known_wish: UUID, known_season: UUID) -> None:
    """For `a`'s first head, first household and shop: COUNT more of whatever can be listed, each leading elsewhere.

    `known_wish` gets as many events, offers, helpers and reveals; `known_season` as many nominations and candidates.
    """
    heads = await _heads(world)
    await _grids(world)
    buildings = await _buildings(world)
    households = await _households(world, buildings)
    discounts = await _shops_and_discounts(world)
    await _agreements(world)
    await _shop_staff(world)
    await _workers(world)
    await _invitations(world)
    await _joins(world, households)
    await _shop_changes(world)
    await _alerts(world)
    await _webhooks(world)
    redemptions = await _redemptions(world, discounts)
    await _grants(world)
    await _honours(world, known_season, heads)
    await _elsewhere(world)
    await _statements(world, redemptions)
    wishes = await _wishes(world, heads, households)
    await _signals(heads, discounts)
    await _audit(world)
    await _sessions(world)
    await _notifications(world)
    await _rules(world)
    await _history(world, wishes, redemptions)
    await _words(world, known_wish, wishes, heads)


async def _grids(world: World) -> None:
    """COUNT more of the community, in which nobody lives."""
    community = world.a.community
    await Area.bulk_create(
        Area(
            kind=AreaKind.GRID,
            code=f"g{number}x",
            name=f"邻{number}网格",
            parent_id=community.id,
            path=f"{community.path}g{number}x/",
        )
        for number in range(COUNT)
    )


async def _buildings(world: World) -> list[Area]:
    grid = world.a.grid
    made = [
        Area(
            kind=AreaKind.BUILDING,
            code=f"c{number}",
            name=f"{number}号楼",
            parent_id=grid.id,
            path=f"{grid.path}c{number}/",
        )
        for number in range(COUNT)
    ]
    await Area.bulk_create(made)
    return made


async def _honours(world: World, known_season: UUID, heads: list[HouseholdHead]) -> None:
    """COUNT seasons in which the first head was honoured; of the known one, every head a nominee to whom somebody
    objects, and more to be proposed."""
    place = world.a
    known = await Season.get(id=known_season)
    await honours.many_heads(place, COUNT)
    for _ in range(COUNT):
        season = await honours.season(place.community, SeasonState.CONCLUDED)
        await honours.nomination(season, NominationState.HONOURED, head=place.heads[0])
    for one in heads:
        made = await honours.nomination(known, NominationState.CONSENTED, head=one)
        await honours.objection(made, place.residents[0])


async def _audit(world: World) -> None:
    await AuditEntry.bulk_create(
        [
            AuditEntry(
                account_id=(world.admin, world.a.staff)[number % 2].account_id,
                action="test.it",
                subject="Wish",
                subject_id=world.district.id,
                details={"number": number},
                occurred_at=clock.now(),
            )
            for number in range(COUNT)
        ]
    )


async def _agreements(world: World) -> None:
    """COUNT more partners of the community, each with an agreement in force."""
    now, a = clock.now(), world.a
    given: dict[str, Any] = {"address": "香港路1号", "latitude": 27.74, "longitude": 106.93, "created_at": now}
    partners = [
        Shop(
            area_id=a.community.id,
            kind=ShopKind.PARTNER,
            name=f"{number}号单位",
            category=ShopCategory.PROPERTY,
            state=ShopState.ACTIVE,
            **given,
        )
        for number in range(COUNT)
    ]
    await Shop.bulk_create(partners)
    assert a.staff and a.cashier
    await Agreement.bulk_create(
        [
            Agreement(
                partner_id=one.id,
                area_id=a.community.id,
                title="共建协议",
                text="互相帮助",
                until=clock.day_of(now),
                state=AgreementState.ACTIVE,
                drafted_by_id=a.staff.account_id,
                drafted_at=now,
                area_signed_by_id=a.staff.account_id,
                area_signed_at=now,
                partner_signed_by_id=a.cashier.account_id,
                partner_signed_at=now,
                signed_on=clock.day_of(now),
            )
            for one in partners
        ]
    )


async def _shop_staff(world: World) -> None:
    """COUNT more who work in `a`'s shop; and its own cashier works in all the others of the community."""
    now = clock.now()
    people = [Account(display_name=f"店员{number}", created_at=now) for number in range(COUNT)]
    await Account.bulk_create(people)
    others = await Shop.filter(area_id=world.a.community.id).exclude(id=world.a.shop.id)
    each = [*((one.id, world.a.shop.id) for one in people), *((world.a.cashier.account_id, one.id) for one in others)]
    await Membership.bulk_create(
        [
            Membership(
                account_id=account_id,
                role=Role.SHOP_STAFF,
                shop_id=shop_id,
                granted_at=now,
                owner=account_id == world.a.cashier.account_id,
            )
            for account_id, shop_id in each
        ]
    )


async def _workers(world: World) -> None:
    """COUNT more grid workers in `a`, each in a grid of their own."""
    now, community = clock.now(), world.a.community
    people = [Account(display_name=f"网格员{number}", created_at=now) for number in range(COUNT)]
    await Account.bulk_create(people)
    grids = [
        Area(
            kind=AreaKind.GRID,
            code=f"w{number}",
            name=f"第{number}网格",
            parent_id=community.id,
            path=f"{community.path}w{number}/",
        )
        for number in range(COUNT)
    ]
    await Area.bulk_create(grids)
    await Membership.bulk_create(
        [
            Membership(account_id=who.id, role=Role.GRID_WORKER, area_id=grid.id, granted_at=now)
            for who, grid in zip(people, grids, strict=True)
        ]
    )


async def _joins(world: World, households: list[Household]) -> None:
    """Of COUNT households of the first head, one each whom somebody asks to join; and as many requests of the first
    resident that have ended."""
    now = clock.now()
    people = [Account(display_name=f"邻人{number}", created_at=now) for number in range(COUNT)]
    await Account.bulk_create(people)
    given: dict[str, Any] = {"asked_mac": bytes(32), "created_at": now, "expires_at": now + timedelta(days=7)}
    ended = {"state": HouseholdJoinState.WITHDRAWN, "decided_at": now}
    resident = world.a.residents[0].account_id
    await HouseholdJoin.bulk_create(
        [
            HouseholdJoin(account_id=one.id, household_id=home.id, state=HouseholdJoinState.OPEN, **given)
            for one, home in zip(people, households, strict=False)
        ]
        + [HouseholdJoin(account_id=resident, household_id=home.id, **ended, **given) for home in households[:COUNT]]
    )


async def _invitations(world: World) -> None:
    """COUNT more who are invited to `a`'s shop."""
    now = clock.now()
    await Invitation.bulk_create(
        [
            Invitation(
                role=Role.SHOP_STAFF,
                shop_id=world.a.shop.id,
                name=f"店员{number}",
                state=InvitationState.OPEN,
                invited_by_id=world.a.cashier.account_id,
                created_at=now,
                expires_at=now + timedelta(days=7),
                **phone_columns(f"139{number:08}"),
            )
            for number in range(COUNT)
        ]
    )


async def _shop_changes(world: World) -> None:
    """COUNT more of `a`'s shop, which are withdrawn, and one of each other in the community, which waits."""
    now, cashier = clock.now(), world.a.cashier.account_id
    others = await Shop.filter(area_id=world.a.community.id).exclude(id=world.a.shop.id).limit(COUNT)
    ended = {"state": ShopChangeState.WITHDRAWN, "decided_at": now, "decided_by_id": cashier}
    each = [*[(world.a.shop.id, ended)] * COUNT, *((one.id, {"state": ShopChangeState.PENDING}) for one in others)]
    await ShopChange.bulk_create(
        [
            ShopChange(shop_id=shop_id, area_id=world.b.community.id, asked_by_id=cashier, asked_at=now, **of)
            for shop_id, of in each
        ]
    )


async def _webhooks(world: World) -> None:
    """Endpoints of the shop; of the first one deliveries, each with as many attempts."""
    now, first = clock.now(), await WebhookEndpoint.filter(shop=world.a.shop).order_by("id").first()
    assert first is not None and world.a.cashier
    await WebhookEndpoint.bulk_create(
        WebhookEndpoint(
            shop_id=world.a.shop.id,
            url=f"https://{number}.example/",
            events=first.events,
            state=WebhookState.ENDED,
            secret_encrypted=first.secret_encrypted,
            created_at=now,
            created_by_id=world.a.cashier.account_id,
        )
        for number in range(COUNT)
    )
    made = [
        WebhookDelivery(
            endpoint_id=first.id,
            event_id=uuid7(),
            event=WebhookEvent.REDEMPTION_CONFIRMED,
            subject_id=uuid7(),
            body="{}",
            state=WebhookDeliveryState.DELIVERED,
            attempts=COUNT,
            created_at=now,
            ended_at=now,
        )
        for _ in range(COUNT)
    ]
    await WebhookDelivery.bulk_create(made)
    await WebhookAttempt.bulk_create(
        WebhookAttempt(delivery_id=one.id, attempted_at=now, outcome=WebhookOutcome.TIMED_OUT, milliseconds=10_000)
        for one in made
        for _ in range(COUNT)
    )


async def _alerts(world: World) -> None:
    figures = {"misses": 20, "cashiers": 1, "addresses": 1, "minutes": 30, "least_count": 20}
    await Signal.bulk_create(
        [
            Signal(
                kind=SignalKind.CODE_GUESSES,
                key=f"crowd:{number}",
                shop_id=world.a.shop.id,
                figures=figures,
                day=clock.day_of(clock.now()),
                raised_at=clock.now(),
                state=SignalState.OPEN,
            )
            for number in range(COUNT)
        ]
    )


async def _signals(heads: list[HouseholdHead], discounts: list[Discount]) -> None:
    """One about each head and another shop."""
    now = clock.now()
    figures = {"both": 5, "of_shop": 5, "of_head": 5, "share_percent": 50, "least_count": 5}
    await Signal.bulk_create(
        [
            Signal(
                kind=SignalKind.MUTUAL_SHARE,
                key=f"crowd:{head.id}",
                shop_id=discount.shop_id,
                head_id=head.id,
                day=clock.day_of(now),
                raised_at=now,
                state=SignalState.OPEN,
                figures={"since": "2026-05-01", "until": "2026-05-15", **figures},
            )
            for head, discount in zip(heads, discounts, strict=False)
        ]
    )


async def _notifications(world: World) -> None:
    at = clock.now()
    await Notification.bulk_create(
        Notification(
            account_id=world.a.head_people[0].account_id,
            kind=NotificationKind.SHOP_DECIDED,
            subject_id=world.a.shop.id if world.a.shop else None,
            day=clock.day_of(at - timedelta(days=number)),
            created_at=at,
            state=PushState.SKIPPED,
        )
        for number in range(COUNT)
    )


async def _sessions(world: World) -> None:
    now, account_id = clock.now(), world.a.head_people[0].account_id
    await Session.bulk_create(
        [
            Session(
                account_id=account_id,
                token_hash=tokens.new_token()[1],
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(days=9),
            )
            for _ in range(COUNT)
        ]
    )


async def _rules(world: World) -> None:
    """Versions of the reward rule to come."""
    common: dict[str, Any] = {
        "base": {},
        "bonus": {},
        "created_at": clock.now(),
        "created_by_id": world.admin.account_id,
    }
    made = [
        RewardRule(version=2 + number, effective_from=clock.now() + timedelta(days=1 + number), **common)
        for number in range(COUNT)
    ]
    await RewardRule.bulk_create(made)


async def _heads(world: World) -> list[HouseholdHead]:
    now = clock.now()
    made = [
        HouseholdHead(grid_id=world.a.grid.id, name=f"联户{number}", opted_in_at=now, created_at=now)
        for number in range(COUNT)
    ]
    await HouseholdHead.bulk_create(made)
    return made


async def _households(world: World, buildings: list[Area]) -> list[Household]:
    made = [
        Household(
            grid_id=world.a.grid.id,
            building_id=building.id,
            head_id=world.a.heads[0].id,
            address=f"2栋{number}室",
            contact_name=f"住户{number}",
            created_at=clock.now(),
        )
        for number, building in enumerate(buildings)
    ]
    await Household.bulk_create(made)
    return made


async def _shops_and_discounts(world: World) -> list[Discount]:
    """COUNT discounts of `a`'s shop, which are given back, and three of each of COUNT more shops."""
    shops = [
        Shop(
            area_id=world.a.community.id,
            name=f"{number}号店",
            category=ShopCategory.FOOD,
            address="香港路",
            latitude=27.73,
            longitude=106.92 + number / 10_000,
            state=ShopState.ACTIVE,
            created_at=clock.now(),
            applied_by_id=world.a.cashier.account_id,
        )
        for number in range(COUNT)
    ]
    await Shop.bulk_create(shops)
    assert world.a.shop
    made = [
        _discount(uuid7(), shop_id, f"优惠{number}")
        for shop_id, count in [(world.a.shop.id, COUNT), *((shop.id, 3) for shop in shops)]
        for number in range(count)
    ]
    waiting = [_discount(uuid7(), world.a.shop.id, f"待审{number}") for number in range(COUNT)]
    for one in waiting:
        one.state, one.approved_at = DiscountState.SUBMITTED, None
    assert world.a.discount
    versions = [_discount(uuid7(), world.a.shop.id, f"旧版{number}") for number in range(COUNT)]
    for number, one in enumerate(versions, 2):
        one.origin_id, one.version, one.state = world.a.discount.id, number, DiscountState.REPLACED
    await Discount.bulk_create([*made, *waiting, *versions])
    await DiscountCounter.bulk_create([DiscountCounter(discount_id=one.id) for one in made])
    return made[:COUNT]


async def _grants(world: World) -> None:
    """Of COUNT more shops a gift each, for who holds a grant: the first head holds one of each; and of the gift that
    the head was given before, COUNT more."""
    given, now = await Grant.all().first(), clock.now()
    assert given
    others = await Shop.filter(area_id=world.a.community.id).exclude(id=world.a.shop.id)
    gifts = [_discount(uuid7(), shop.id, "免费体检") for shop in others]
    for one in gifts:
        one.audience = DiscountAudience.GRANTED
    await Discount.bulk_create(gifts)
    await Grant.bulk_create(
        [
            Grant(
                head_id=world.a.heads[0].id,
                discount_id=discount_id,
                quantity=1,
                valid_from=clock.day_of(now),
                valid_until=clock.day_of(now),
                source=GrantSource.THANKS,
                note="致谢",
                granted_by_id=world.admin.account_id,
                granted_at=now,
            )
            for discount_id in [*(one.id for one in gifts), *[given.discount_id] * COUNT]
        ]
    )


def _discount(key: UUID, shop_id: UUID, title: str) -> Discount:
    now = clock.now()
    return Discount(
        id=key, origin_id=key, shop_id=shop_id, title=title, kind=DiscountKind.PERCENT_OFF, percent_off=10,
        stock_total=500, state=DiscountState.ACTIVE, created_at=now, submitted_at=now, approved_at=now,
    )  # fmt: skip


async def _redemptions(world: World, discounts: list[Discount]) -> list[Redemption]:
    """A live pass for each discount, and a spent one with its redemption today, which is disputed."""
    a, now = world.a, clock.now()
    assert a.cashier and a.shop
    common: dict[str, Any] = {"head_id": a.heads[0].id, "shop_id": a.shop.id}
    bill = {"bill_fen": 1000, "payable_fen": 900, "saved_fen": 100, "cost_points": 1}
    today = {"day": clock.day_of(now), "month": clock.month_of(now)}
    sealed = secrets.encrypt("pass", bytes(32))
    spent, live, preparations, made = [], [], [], []
    for number, one in enumerate(discounts):
        of = {**common, "discount_id": one.id, "origin_id": one.id}
        issued = {"secret_encrypted": sealed, "issued_at": now, "expires_at": now + timedelta(days=1), **of}
        spent.append(Pass(slot=number, state=PassState.SPENT, **issued))
        live.append(Pass(slot=9000 + number, state=PassState.LIVE, **issued))
        preparations.append(
            Preparation(
                issued_pass_id=spent[-1].id,
                cashier_id=a.cashier.account_id,
                step=number,
                prepared_at=now,
                state=PreparationState.CONFIRMED,
                expires_at=now,
                **of,
                **bill,
                **today,
            )
        )
        made.append(
            Redemption(
                preparation_id=preparations[-1].id,
                issued_pass_id=spent[-1].id,
                cashier_id=a.cashier.account_id,
                statement_day=business_days.statement_day_of(now),
                state=RedemptionState.CONFIRMED,
                confirmed_at=now,
                revocable_until=now + timedelta(hours=1),
                **of,
                **bill,
                **today,
            )
        )
    await Pass.bulk_create([*spent, *live])
    await Preparation.bulk_create(preparations)
    await Redemption.bulk_create(made)
    disputes = [
        Dispute(
            redemption_id=one.id,
            head_id=one.head_id,
            shop_id=one.shop_id,
            reason="没有去过",
            state=DisputeState.OPEN,
            opened_by_id=a.head_people[0].account_id,
            opened_at=now,
        )
        for one in made
    ]
    await Dispute.bulk_create(disputes)
    return made


async def _elsewhere(world: World) -> None:
    """A redemption of today in each of the other shops."""
    a, now = world.a, clock.now()
    assert a.cashier and a.shop
    others = await Discount.exclude(shop_id=a.shop.id).filter(shop__area_id=a.community.id, title="优惠0")
    bill = {"bill_fen": 1000, "payable_fen": 900, "saved_fen": 100, "cost_points": 0}
    today = {"day": clock.day_of(now), "month": clock.month_of(now), "cashier_id": a.cashier.account_id}
    passes, preparations, made = [], [], []
    for one in others:
        of = {"head_id": a.heads[1].id, "shop_id": one.shop_id, "discount_id": one.id, "origin_id": one.id}
        passes.append(Pass(state=PassState.SPENT, issued_at=now, expires_at=now, **of))
        of |= {"issued_pass_id": passes[-1].id, **bill, **today}
        preparations.append(
            Preparation(step=1, prepared_at=now, state=PreparationState.CONFIRMED, expires_at=now, **of)
        )
        settled = {"statement_day": business_days.statement_day_of(now), "confirmed_at": now, "revocable_until": now}
        of["preparation_id"] = preparations[-1].id
        made.append(Redemption(state=RedemptionState.CONFIRMED, **settled, **of))
    await Pass.bulk_create(passes)
    await Preparation.bulk_create(preparations)
    await Redemption.bulk_create(made)


async def _statements(world: World, redemptions: list[Redemption]) -> None:
    """COUNT closed days of `a`'s shop and one of each other in the community; and COUNT more rows of its first."""
    shops = await Shop.filter(area_id=world.a.community.id).exclude(id=world.a.shop.id).limit(COUNT)
    now = clock.now()
    first = await Statement.filter(shop_id=world.a.shop.id).first()
    assert first
    days = [(world.a.shop.id, number) for number in range(2, COUNT + 2)] + [(shop.id, 1) for shop in shops]
    nothing = {"redemptions": 0, "corrections": 0, "revoked": 0, "bill_fen": 0, "saved_fen": 0, "payable_fen": 0}
    await Statement.bulk_create(
        [
            Statement(
                shop_id=shop_id,
                day=clock.day_of(now) - timedelta(days=ago),
                points=0,
                sha256=bytes(32),
                closed_at=now,
                **nothing,
            )
            for shop_id, ago in days
        ]
    )
    await StatementRow.bulk_create(
        [
            StatementRow(
                statement_id=first.id,
                place=place,
                kind=StatementRowKind.REDEMPTION,
                redemption_id=one.id,
                happened_at=now,
                bill_fen=1000,
                saved_fen=100,
                payable_fen=900,
                points=1,
            )
            for place, one in enumerate(redemptions, start=2)
        ]
    )


async def _wishes(world: World, heads: list[HouseholdHead], households: list[Household]) -> list[Wish]:
    """Of each household one that the first head has in hand; of the first household one rated for each other head."""
    a, now = world.a, clock.now()
    common: dict[str, Any] = {
        "grid_id": a.grid.id,
        "category": WishCategory.CARE,
        "title": "陪诊",
        "submitted_at": now,
        "requester_id": a.residents[0].account_id,
    }
    in_hand = [
        Wish(household_id=home.id, head_id=a.heads[0].id, state=WishState.ACCEPTED, accepted_at=now, **common)
        for home in households
    ]
    rated = [
        Wish(
            household_id=a.households[0].id,
            head_id=head.id,
            state=WishState.RATED,
            completed_at=now,
            rated_at=now,
            completed_by_id=a.head_people[0].account_id,
            rating_source=RatingSource.HOUSEHOLD,
            stars=5,
            rated_by_id=a.residents[0].account_id,
            **common,
        )
        for head in heads
    ]
    rule = await RewardRule.get(version=1)
    rewards = [
        Reward(
            wish_id=wish.id, head_id=wish.head_id, household_id=wish.household_id, rule_id=rule.id, base=20, points=20,
            state=RewardState.POSTED, day=clock.day_of(now), board_points=20, completed_at=now, posted_at=now,
        )
        for wish in rated
    ]  # fmt: skip
    await Wish.bulk_create([*in_hand, *rated])
    await Reward.bulk_create(rewards)
    await scores.rebuild()
    return [*in_hand, *rated]


async def _history(world: World, wishes: list[Wish], redemptions: list[Redemption]) -> None:
    """Half of it about wishes, half about redemptions."""
    head = world.a.heads[0].id
    accounts = {one.kind: one.id for one in await PointsAccount.filter(head_id=head)}
    number = await database.fetch_value("SELECT max(number) FROM points_transfers WHERE head_id = $1", head)
    common: dict[str, Any] = {
        "head_id": head,
        "points": 1,
        "available_after": 1,
        "debt_after": 0,
        "created_at": clock.now(),
    }
    posted = {
        "kind": TransferKind.REWARD_POSTED,
        "from_account_id": accounts[PointsAccountKind.PENDING],
        "to_account_id": accounts[PointsAccountKind.AVAILABLE],
    }
    held = {
        "kind": TransferKind.HOLD,
        "from_account_id": accounts[PointsAccountKind.AVAILABLE],
        "to_account_id": accounts[PointsAccountKind.HELD],
    }
    made = [PointsTransfer(wish_id=wish.id, **posted, **common) for wish in wishes[: COUNT // 2]]
    made += [PointsTransfer(preparation_id=one.preparation_id, **held, **common) for one in redemptions[: COUNT // 2]]
    for place, transfer in enumerate(made, number + 1):
        transfer.number = place
    await PointsTransfer.bulk_create(made)


async def _words(world: World, known_wish: UUID, wishes: list[Wish], heads: list[HouseholdHead]) -> None:
    """What hangs on wishes: on `known_wish` much, on each other a little; and reveals, seen by the first household."""
    a, now = world.a, clock.now()
    # Events and offers are read at once. Led both to heads that the other does not know, then which of the two comes
    # first would decide between one statement for heads and two; so all events are about one head.
    each = [*((wish.id, wish.head_id) for wish in wishes), *((known_wish, head.id) for head in heads)]
    await WishEvent.bulk_create(
        [
            WishEvent(
                wish_id=wish,
                number=1000 + number,
                head_id=a.heads[0].id,
                action=WishAction.ACCEPT,
                actor=WishActor.OFFERED_HEAD,
                to_state=WishState.ACCEPTED,
                occurred_at=now,
            )
            for number, (wish, _) in enumerate(each)
        ]
    )
    await WishOffer.bulk_create(
        [WishOffer(wish_id=wish, head_id=head, state=OfferState.WITHDRAWN, offered_at=now) for wish, head in each]
    )
    await WishHelper.bulk_create([WishHelper(wish_id=wish, name="楼栋红管家") for wish, _ in each])
    revealed = [wish for wish in wishes if wish.household_id == a.households[0].id]
    await ContactReveal.bulk_create(
        [
            ContactReveal(
                wish_id=wish,
                household_id=a.households[0].id,
                account_id=a.head_people[0].account_id,
                head_id=a.heads[0].id,
                kind=ContactKind.ADDRESS,
                revealed_at=now,
            )
            for wish in [*(one.id for one in revealed), *[known_wish] * COUNT]
        ]
    )

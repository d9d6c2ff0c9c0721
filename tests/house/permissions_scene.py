"""The scene of the table of permissions: its actors, and objects that between them have a value in every field."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_union_type,
)

from models.accounts import Account, Membership
from models.discounts import Discount
from models.enums import (
    DiscountKind,
    DiscountState,
    LeaderboardPeriod,
    NominationState,
    NotificationKind,
    ObjectionState,
    Role,
    SeasonState,
    SeasonSubject,
    ShopState,
    SignalKind,
    WebhookDeliveryState,
    WishCategory,
)
from models.grants import Grant
from models.people import Area, Household, HouseholdHead
from models.shops import Shop
from models.till import Dispute, Redemption
from schema.graph import ids
from services.accounts import sessions
from services.discounts import promises
from services.entry import signing_in, totp
from services.kit import business_days, clock
from services.kit.hours import month_text
from services.kit.ids import Piece
from services.kit.periods import window
from services.kit.secrets import phone_columns
from tests.house import permissions_table as table
from tests.town import (
    agreements,
    closings,
    entry,
    grants,
    honours,
    notices,
    reports,
    roles,
    roster,
    settlement,
    shops,
    signals,
    story,
    till,
    webhooks,
    wishes,
)
from tests.town import points as rewarding
from tests.town import second_factor as factors
from tests.town import world as making
from tests.town.documents import Api
from tests.town.world import Community, Person, World

HEAD_IN_FULL, HEAD_MASKED = "欧阳榜样", "欧**"
HEAD_PHONE, HOUSEHOLD_PHONE, CASHIER_PHONE = "10000001000", "10000001100", "10000001500"
NEIGHBOUR_PHONE = "10000001503"
GIVEN = {"period": "MONTH", "month": '"2026-05"'}  # for arguments that must be given
Document = tuple[str, dict[str, Any]]  # and its variables

ADDRESS, CONTACT, RESIDENT_NAME, WORDS = "香山路77号", "诸葛联系", "上官点单", "那天我在外地"


@dataclass
class Scene:
    """`plain` is read; `acts` are mutations that show something; `live` is listened to, each subscription by its name;
    `told` is text to be looked for in answers."""

    people: dict[str, Person | None]
    plain: list[Document] = field(default_factory=list)
    acts: list[Document] = field(default_factory=list)
    live: dict[str, Document] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    honoured: UUID | None = None
    objected: UUID | None = None

    def values(self) -> dict[str, tuple[Any, ...]]:
        """Values for arguments by their names: the scene's own ids, and what scalars hold."""
        found: dict[str, set[str]] = {"id": set()}
        for _, variables in self.plain:
            for value in variables.values():
                split = ids.split(value) if isinstance(value, str) else None
                if split:
                    found["id"].add(value)
                    name = split[0][0].lower() + split[0][1:]
                    found.setdefault(f"{name}Id", set()).add(value)
                    found.setdefault("headId" if name == "householdHead" else f"{name}Id", set()).add(value)
        kept: dict[str, tuple[Any, ...]] = {name: (*sorted(some), "QXJlYTox") for name, some in found.items()}
        scalars = {
            "Date": ("2026-05-14", "2026-05-15", "2026-05-01"),
            "LocalTime": ("09:00", "21:30", "00:00"),
            "YearMonth": ("2026-05", "2025-10"),
            "DateTime": ("2026-05-15T12:00:00+08:00", "2026-04-30T23:59:59+08:00"),
            "Fen": (1, 8_800),
            "Points": (5,),
            "first": (1, 3, 20, 101),
            "last": (2,),
            "after": ("eA",),
            "before": ("eA",),
            "search": ("王", "香山路", "1000000"),
        }
        return kept | scalars


async def people(world: World) -> dict[str, Person | None]:
    """The table's actors."""
    a, b = world.a, world.b
    for place in (a, b):
        place.plain_cashier = await making.person("何店员", Role.SHOP_STAFF, shop=place.shop)
    return {
        table.ANONYMOUS: None,
        table.STRANGER: await making.person("路人"),
        table.RESIDENT: a.residents[0],
        table.NEIGHBOUR_RESIDENT: a.residents[2],
        table.FOREIGN_RESIDENT: b.residents[0],
        table.HEAD: a.head_people[0],
        table.NEIGHBOUR_HEAD: a.head_people[1],
        table.FOREIGN_HEAD: b.head_people[0],
        table.WORKER: a.worker,
        table.FOREIGN_WORKER: b.worker,
        table.STAFF: a.staff,
        table.FOREIGN_STAFF: b.staff,
        table.OWNER: a.cashier,
        table.FOREIGN_OWNER: b.cashier,
        table.CASHIER: a.plain_cashier,
        table.FOREIGN_CASHIER: b.plain_cashier,
        table.ADMIN: world.admin,
        table.FOREIGN_ADMIN: await making.person("外管理", Role.DISTRICT_ADMIN, area=b.community),
        table.AUDITOR: world.auditor,
        table.FOREIGN_AUDITOR: await making.person("外审计", Role.AUDITOR, area=b.community),
    }


async def make(world: World, api: Api, schema: GraphQLSchema) -> Scene:
    """Tell the story, so that every field of the schema has a value somewhere."""
    a = world.a
    scene = Scene(await people(world))
    await _rename(a)
    everything = Documents(schema)
    assert a.staff
    await factors.enrol(a.staff.account_id)
    begun = everything.every("SecondFactorEnrolment")
    scene.acts.append((f"mutation {{ secondFactorBegin(input: {{}}) {{ enrolment {begun} errors {{ code }} }} }}", {}))
    old_phone = await making.another_session(a.residents[0])
    await sessions.revoke(old_phone, by=a.residents[0].account_id)
    for wish in await _wishes(world, api):
        scene.plain.append(everything.node("Wish", wish))
    scene.plain.append(everything.root("explainReward(wishId: $id)", "RewardExplanation", id=wish))
    await _rules(scene, world, everything)
    await _till(scene, world, api, everything)
    await _webhooks(scene, a, api, everything)
    await _shop(scene, world, api, everything)
    await _agreements(scene, a, api, everything)
    await _joins(scene, world, api, everything)
    await _consents(scene, world, api, everything)
    await _honours(scene, world, everything)
    await _thanks(scene, world, api, everything)
    await _notices(scene, a, wish, everything)
    await _board(a)
    await _closed_board(scene, a, everything)
    points = await _points_entries(api, a.head_people[0])
    scene.plain += [everything.node("PointsEntry", entry) for entry in points]
    scene.plain += [
        everything.node("Area", ids.make("Area", a.grid.id)),
        everything.node("Area", ids.make("Area", a.community.id)),
        everything.node("Household", ids.make("Household", a.households[0].id)),
        everything.node("HouseholdHead", ids.make("HouseholdHead", a.heads[0].id)),
        everything.node("HouseholdHead", ids.make("HouseholdHead", await _gone(a))),
        *(
            (
                f"query($id: ID!) {{ {name}(areaId: $id, first: 20) {{ edges {{ cursor node {{ __typename }} }} }} }}",
                {"id": ids.make("Area", a.grid.id)},
            )
            for name in ("heads", "households")
        ),
        (f"{{ auditEntries(first: 100) {{ edges {{ cursor node {everything.every('AuditEntry')} }} }} }}", {}),
        everything.node("Shop", ids.make("Shop", a.shop.id)),
        everything.node("ShopStaff", ids.make("ShopStaff", await _past_cashier(a))),
        everything.node("ShopStaff", ids.make("ShopStaff", await _plain_cashier(a))),
        everything.node("Membership", await roles.one_more_worker(a)),
        everything.node("Membership", await roles.one_more_worker(a, ended="调离")),
        ("{ roles(first: 20) { edges { cursor node { __typename } } } }", {}),
        ("{ shopsToManage(first: 20) { edges { cursor node { __typename } } } }", {}),
        everything.node("Session", ids.make("Session", old_phone)),
        everything.node("Session", ids.make("Session", await making.another_session(a.residents[0]))),
        everything.root("viewer", "Viewer"),
        ("{ district { __typename } }", {}),
        ("{ phoneCodes }", {}),
        everything.root("areaBoard(areaId: $id, period: MONTH)", "AreaBoard", id=ids.make("Area", a.community.id)),
        everything.root("pointsEconomy(areaId: $id)", "PointsEconomy", id=ids.make("Area", a.community.id)),
        everything.root("leaderboard(areaId: $id, period: MONTH)", "Leaderboard", id=ids.make("Area", a.community.id)),
        everything.root("headProgress", "HeadProgress"),
        everything.node(
            "Leaderboard", ids.make("Leaderboard", Piece(a.grid.id, f"MONTH/{clock.month_of(clock.now())}"))
        ),
        ("{ shops(latitude: 27.7, longitude: 106.9, first: 20) { edges { cursor node { distanceMetres } } } }", {}),
        ("{ wishes(first: 20) { edges { cursor node { __typename } } } }", {}),
        (
            "query($id: ID!) { wishes(areaId: $id, first: 20) { edges { cursor node { __typename } } } }",
            {"id": ids.make("Area", a.grid.id)},
        ),
    ]
    scene.live |= {
        name: everything.live(call, type_name, **variables)
        for name, call, type_name, variables in (
            ("notificationAdded", "notificationAdded", "NotificationChange", {}),
            ("redemptionChanged", "redemptionChanged", "RedemptionChange", {}),
            ("shopAlerted", "shopAlerted", "ShopAlertChange", {}),
            ("wishChanged", "wishChanged", "WishChange", {}),
            (
                "leaderboardChanged",
                "leaderboardChanged(areaId: $id, period: MONTH)",
                "LeaderboardChange",
                {"id": ids.make("Area", a.community.id)},
            ),
        )
    }
    scene.told |= {
        "the household's phone": HOUSEHOLD_PHONE,
        "the household's address": ADDRESS,
        "the household's contact": CONTACT,
        "the resident's name": RESIDENT_NAME,
        "the head's name": HEAD_IN_FULL,
        "the head's key": str(a.heads[0].id),
        "the head's phone": HEAD_PHONE,
        "the cashier's phone": CASHIER_PHONE,
        "the neighbour's phone": NEIGHBOUR_PHONE,
        "the head's words against the shop": WORDS,
        "the second factor's secret": totp.in_base32(factors.SECRET),
    }
    return scene


async def _rename(a: Community) -> None:
    """Names that nobody else in the world has, so that they can be looked for in answers."""
    await HouseholdHead.filter(id=a.heads[0].id).update(name=HEAD_IN_FULL)
    await Account.filter(id=a.head_people[0].account_id).update(display_name=HEAD_IN_FULL)
    await Account.filter(id=a.residents[0].account_id).update(display_name=RESIDENT_NAME)
    await Household.filter(id=a.households[0].id).update(address=ADDRESS, contact_name=CONTACT, code="HC-001")
    await Account.filter(id=a.cashier.account_id).update(**phone_columns(CASHIER_PHONE))
    await Account.filter(id=a.residents[2].account_id).update(**phone_columns(NEIGHBOUR_PHONE))
    await Shop.filter(id=a.shop.id).update(
        opening_hours="9:00-21:00",
        monthly_ceiling_fen=100_000,
        applied_by_id=a.cashier.account_id,
        state_reason="补交资料",
    )


async def _notices(scene: Scene, a: Community, wish: str, everything: "Documents") -> None:
    """Notifications of a resident, a head and an owner, each about something else."""
    assert a.shop and a.cashier
    kinds, now, head = NotificationKind, clock.now(), a.head_people[0]
    redemption, dispute = await Redemption.filter(head_id=a.heads[0].id).first(), await Dispute.first()
    assert redemption and dispute
    made = await notices.left(a.residents[0], kind=kinds.WISH_COMPLETED, subject_id=ids.find(wish, "Wish"), read_at=now)
    made += await notices.left(head, kind=kinds.REDEMPTION_CONFIRMED, subject_id=redemption.id)
    made += await notices.left(head, kind=kinds.DISPUTE_DECIDED, subject_id=dispute.id)
    made += await notices.left(head, kind=kinds.WISH_RATED, subject_id=ids.find(wish, "Wish"))
    granted = await Grant.filter(head_id=a.heads[0].id).first()
    assert granted
    made += await notices.left(head, kind=kinds.GRANT_GIVEN, subject_id=granted.id)
    made += await notices.left(a.cashier, kind=kinds.SHOP_DECIDED, subject_id=a.shop.id)
    made += await notices.left(head, kind=kinds.HONOUR_GIVEN, subject_id=scene.honoured)
    made += await notices.left(a.residents[0], kind=kinds.OBJECTION_ANSWERED, subject_id=scene.objected)
    scene.plain += [everything.node("Notification", one) for one in made]


async def _honours(scene: Scene, world: World, everything: "Documents") -> None:
    """Seasons in every state. The neighbour head is on a list, honoured, and was once; the head is honoured, and no
    longer consents to be named; the neighbour's household is proposed, which the resident supports."""
    a, states, found = world.a, SeasonState, NominationState
    benefit = {"benefit_id": a.discount.id, "benefit_quantity": 1, "benefit_valid_days": 60}
    opened = {"opened_at": clock.now(), "opened_by_id": world.admin.account_id}
    published = await honours.season(a.community, states.NOTICE, **benefit)
    await promises.lock(a.discount.id)
    await promises.change(a.discount.id, reserved=published.quota)
    concluded = await honours.season(a.community, states.CONCLUDED)
    earlier = await honours.season(a.community, states.CONCLUDED)
    families = await honours.season(a.community, states.OPEN, SeasonSubject.HOUSEHOLD)
    open_to_all = await honours.season(a.community, states.OPEN, rule=honours.NOTHING)
    cancelled = await honours.season(a.community, states.CANCELLED, **opened)
    neighbour, few = a.heads[1], honours.EVIDENCE | {"wishes": 1}
    listed = await honours.nomination(published, found.SHORTLISTED, head=neighbour)
    made = [
        listed,
        await honours.nomination(concluded, found.HONOURED, head=neighbour),
        await honours.nomination(concluded, found.HONOURED, head=a.heads[0], consent_withdrawn_at=clock.now()),
        await honours.nomination(earlier, found.REVOKED, head=neighbour, evidence=few),
        await honours.nomination(families, found.CONSENTED, household=a.households[2]),
    ]
    await honours.supported(made[-1], a.households[0])
    objections = [await honours.objection(listed, a.residents[0], state=state) for state in ObjectionState][:2]
    for one in (published, concluded, families, open_to_all, cancelled):
        scene.plain.append(everything.node("Season", honours.season_id(one)))
    scene.plain += [everything.node("Nomination", honours.nomination_id(one)) for one in made]
    scene.plain += [everything.node("SeasonObjection", ids.make("SeasonObjection", one.id)) for one in objections]
    scene.plain += [
        ("{ seasons(first: 20) { edges { cursor node { __typename } } } }", {}),
        ("{ honourRoll(first: 20) { edges { cursor node { __typename } } } }", {}),
    ]
    scene.honoured, scene.objected = made[2].id, objections[1].id


async def _closed_board(scene: Scene, a: Community, everything: "Documents") -> None:
    """A week of long ago, closed, with an erratum; it is read as a board, too."""
    board = await closings.corrected(a)
    week = window(LeaderboardPeriod.WEEK, clock.start_of(settlement.LONG_AGO)).starts_at
    assert week
    scene.plain += [
        everything.node("BoardClosing", board),
        everything.node("Leaderboard", ids.make("Leaderboard", Piece(a.community.id, f"WEEK/{clock.day_of(week)}"))),
        (
            "query($id: ID!) { boardClosings(areaId: $id, period: WEEK, first: 20) { edges { cursor node { id } } } }",
            {"id": ids.make("Area", a.community.id)},
        ),
    ]


async def _plain_cashier(place: Community) -> UUID:
    """The membership of somebody at the till who owns nothing: others may do something with it."""
    assert place.plain_cashier
    return (await Membership.get(account_id=place.plain_cashier.account_id, revoked_at=None)).id


async def _past_cashier(a: Community) -> UUID:
    """Somebody who worked in the shop once."""
    account = await Account.create(display_name="冯店员", created_at=clock.now(), **phone_columns("10000001501"))
    working = await making.grant(account.id, Role.SHOP_STAFF, shop=a.shop)
    await Membership.filter(id=working.id).update(revoked_at=clock.now())
    return working.id


async def _gone(a: Community) -> UUID:
    """Another head of the grid, who was suspended and has left."""
    gone = await making.head(a.grid, HEAD_IN_FULL)
    await _let_go(gone.id)
    return gone.id


async def _let_go(head_id: UUID) -> None:
    now = clock.now()
    await HouseholdHead.filter(id=head_id).update(suspended_at=now, left_at=now, state_reason="搬离")


async def _wishes(world: World, api: Api) -> list[str]:
    """Household 0's wishes: in the queue; and with head 0 filed by staff, in hand, reversed, completed, rated."""
    a = world.a
    queued = await wishes.submitted(api, a)
    in_hand = await wishes.accepted(api, a)
    for kind in ("ADDRESS", "PHONE"):
        await story.done(api, a.head_people[0], "WishRevealContact", wishId=in_hand, kind=kind)
    filed = await filed_by(api, a, a.staff)
    await story.done(api, a.staff, "WishDispatch", wishId=filed, headId=ids.make("HouseholdHead", a.heads[0].id))
    reversed_wish = await wishes.rated(api, a, stars=5)
    await rewarding.reverse(
        wish_id=ids.find(reversed_wish, "Wish"), reason="评分有误", account_id=world.admin.account_id
    )
    completed, rated = await wishes.completed(api, a), await wishes.rated(api, a)
    return [queued, in_hand, filed, reversed_wish, completed, rated]


async def filed_by(api: Api, place: Community, who: Person) -> str:
    """A wish of the community's household 0, filed on its behalf."""
    payload = await story.done(
        api,
        who,
        "WishSubmit",
        householdId=ids.make("Household", place.households[0].id),
        category="REPAIR",
        title="换灯泡",
        requestNo=story.request_no(),
        consentNote="上门时当面同意",
    )
    return str(payload["wish"]["id"])


async def _rules(scene: Scene, world: World, everything: "Documents") -> None:
    """A version of the reward rule with all that can be said of one, and a dry run."""
    rule = await rewarding.upcoming_rule(
        world.admin.account_id, note="春节加分", daily_cap=90, monthly_household_cap=200, withdrawn_at=clock.now()
    )
    base = ", ".join(f"{{category: {category}, points: 50}}" for category in WishCategory)
    bonus = ", ".join(f"{{stars: {stars}, points: 5}}" for stars in (3, 4, 5))
    month = month_text(clock.day_of(clock.now()))
    scene.plain += [
        everything.node("RewardRule", ids.make("RewardRule", rule.id)),
        everything.node("RewardRule", ids.make("RewardRule", (await rewarding.upcoming_rule()).id)),
        ("{ rewardRules(first: 20) { edges { cursor node { __typename } } } }", {}),
        everything.root(f'rewardRuleTrial(base: [{base}], bonus: [{bonus}], month: "{month}")', "RewardRuleTrial"),
    ]


async def _till(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """Discounts of each kind, redemptions and disputes of them, one pass that can't be used now, one being shown."""
    a = world.a
    await rewarding.give_points(a.heads[0].id, 100)
    now = clock.now()
    strict = await making.discount(
        a.shop, title="限时八折", max_saved_fen=500, limit_per_day=9, limit_per_month=9, limit_total=9, stock_total=9,
        valid_from=clock.day_of(now), valid_until=clock.day_of(now) + timedelta(days=9), from_minute=60,
        until_minute=1380, state_reason="食材不足",
    )  # fmt: skip
    await making.discount(a.shop, title="待审核", state=DiscountState.SUBMITTED)
    scene.plain.append(("{ discountsToApprove(first: 20) { edges { cursor node { __typename } } } }", {}))
    amount = await making.discount(a.shop, title="立减", kind=DiscountKind.AMOUNT_OFF, amount_off_fen=100)
    gift = await making.discount(a.shop, title="送伞", kind=DiscountKind.GIFT, gift="雨伞")
    mondays = await making.discount(a.shop, title="周一半价", weekdays=1)
    granted = [await grants.made(a), await grants.made(a)]
    await story.done(api, world.admin, "GrantRevoke", grantId=granted[1], reason="发错了人")
    scene.plain += [everything.node("Grant", one) for one in granted]
    scene.plain.append(("{ discountsToGrant(first: 20) { edges { cursor node { __typename } } } }", {}))
    row = await Grant.get(id=ids.find(granted[0], "Grant"))
    scene.plain.append(everything.node("Discount", ids.make("Discount", row.discount_id)))
    for one in (strict, amount, gift, mondays):
        scene.plain.append(everything.node("Discount", ids.make("Discount", one.id)))

    standing, revoked = await till.redeemed(api, a), await till.redeemed(api, a)
    number = story.request_no()
    await story.done(api, a.cashier, "RedemptionRevoke", redemptionId=revoked["id"], requestNo=number, reason="点错了")
    scene.plain += [everything.node("Redemption", one["id"]) for one in (standing, revoked)]
    used = await Redemption.get(id=ids.find(standing["id"], "Redemption"))
    scene.plain.append(everything.node("Pass", ids.make("Pass", used.issued_pass_id)))
    scene.plain.append(everything.root("redemptionByRequestNo(requestNo: $number)", "Redemption", number=number))
    day = business_days.statement_day_of(now).isoformat()
    shop_id = ids.make("Shop", a.shop.id)
    scene.plain.append(everything.root("shopDay(shopId: $id, date: $date)", "ShopDay", id=shop_id, date=day))
    scene.plain.append(everything.node("ShopDay", ids.make("ShopDay", Piece(a.shop.id, day))))

    for dispute in (await till.disputed(api, a, reason=WORDS), await _upheld(world, api)):
        row = await Dispute.get(id=ids.find(dispute, "Dispute"))
        scene.plain.append(everything.node("Dispute", dispute))
        scene.plain.append(everything.node("Redemption", ids.make("Redemption", row.redemption_id)))
    scene.plain.append(("{ disputes(first: 20) { edges { cursor node { __typename } } } }", {}))

    await _settled(scene, world, api, everything)
    await signals.alerted(a)
    await _signals(scene, world, api, everything)
    barred = await story.done(
        api, a.head_people[0], "PassIssue", discountId=ids.make("Discount", strict.id), requestNo=story.request_no()
    )
    await Discount.filter(id=strict.id).update(min_star_level=5)
    scene.plain.append(everything.node("Pass", barred["pass"]["id"]))
    shown = await till.issued(api, a)
    scene.told |= {"the pass's secret": barred["pass"]["secret"], "the pass's code": barred["pass"]["code"]}
    scene.acts.append(
        everything.act("redemptionPrepare", "RedemptionPrepare", "Preparation", code=shown["code"], billFen=8800)
    )
    for file in (roster.CORRECTED, roster.BROKEN):
        scene.acts.append(everything.importing(file))
    wish = await wishes.accepted(api, a)
    scene.acts.append(everything.act("wishRevealContact", "WishRevealContact", "Contact", wishId=wish, kind="PHONE"))


async def _signals(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """One that was judged, one to be judged, and one about wrong codes; all of them about the story's own people."""
    judged = await signals.flagged(world.a, SignalKind.FAR_APART)
    await story.done(api, world.admin, "SignalJudge", signalId=judged, state="HARMLESS", judgement="两店同名")
    waiting = [await signals.flagged(world.a, kind) for kind in (SignalKind.WISH_CYCLE, SignalKind.CODE_GUESSES)]
    for signal in (judged, *waiting):
        scene.plain.append(everything.node("Signal", signal))
    scene.plain.append(("{ signals(first: 20) { edges { cursor node { __typename } } } }", {}))


async def _settled(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """Two closed days of the shop: one that both sides have acknowledged, and one that waits for both."""
    a = world.a
    seen, waiting = [await settlement.acknowledging(api, a) for _ in range(2)]
    for who in (a.cashier, world.admin):
        await story.done(api, who, "StatementAcknowledge", **seen)
    scene.plain += [everything.node("Statement", one["statementId"]) for one in (seen, waiting)]
    shop_id, day = ids.make("Shop", a.shop.id), await settlement.closed_through(a)
    assert day
    sold = await Redemption.filter(shop_id=a.shop.id, statement_day=day).first()
    assert sold
    scene.plain.append(everything.node("Redemption", ids.make("Redemption", sold.id)))
    await Dispute.exclude(correction_day=None).update(correction_day=day)
    scene.plain += [
        everything.root(call, type_name, id=shop_id)
        for call, type_name in (
            (f'shopDay(shopId: $id, date: "{day}")', "ShopDay"),
            (f'statementMonth(shopId: $id, month: "{month_text(day)}")', "StatementMonth"),
            (f'shopReport(shopId: $id, month: "{month_text(day)}")', "ShopReport"),
            (f'statementFile(shopId: $id, format: CSV, date: "{day}")', "StatementFile"),
        )
    ]
    scene.plain.append(("{ statements(first: 20) { edges { cursor node { __typename } } } }", {}))


async def _thanks(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """A redemption that was thanked for, the public list, a head's own service record, and one on paper."""
    made = await reports.redemption(world.a, world.a.heads[0].id, clock.day_of(clock.now()))
    given = ids.make("Redemption", made)
    await story.done(api, world.a.head_people[0], "RedemptionThank", redemptionId=given, word="KIND")
    scene.plain += [
        everything.node("Redemption", given),
        ("{ shopsThanked(first: 20) { edges { cursor node { __typename } } } }", {}),
        everything.root('serviceRecord(from: "2026-05-01", until: "2026-05-15")', "ServiceRecord"),
        everything.root("serviceRecordVerify(code: $number)", "ServiceRecordCheck", number=reports.paper(world.b)),
    ]


async def _upheld(world: World, api: Api) -> str:
    """A dispute that was upheld after its shop's day had closed."""
    dispute = await till.disputed(api, world.a, reason=WORDS)
    await story.done(api, world.admin, "DisputeUphold", disputeId=dispute, reason="监控未见本人")
    await Dispute.filter(id=ids.find(dispute, "Dispute")).update(correction_day=clock.day_of(clock.now()))
    return dispute


async def _webhooks(scene: Scene, a: Community, api: Api, everything: "Documents") -> None:
    """An endpoint whose secret was rotated, with what was delivered and what waits; and one that is made once more,
    under the same number, so that the same secret is told."""
    rotated = (await webhooks.endpoint(api, a))["id"]
    await story.done(api, a.cashier, "WebhookRotateSecret", endpointId=rotated, requestNo=story.request_no())
    scene.plain.append(everything.node("WebhookEndpoint", rotated))
    for state in (WebhookDeliveryState.DELIVERED, WebhookDeliveryState.WAITING):
        scene.plain.append(everything.node("WebhookDelivery", await webhooks.made_before(rotated, state)))
    asked = {
        "shopId": ids.make("Shop", a.shop.id),
        "url": "https://hooks.example/",
        "events": webhooks.EVERYTHING,
        "requestNo": story.request_no(),
    }
    made = await story.done(api, a.cashier, "WebhookCreate", **asked)
    scene.told["the webhook's secret"] = made["endpoint"]["secret"]
    document = (
        "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input)"
        f" {{ endpoint {everything.every('WebhookEndpoint')} errors {{ code }} }} }}"
    )
    scene.acts.append((document, {"input": asked}))


async def _shop(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """Somebody invited to the shop; and of its particulars a change that was turned down and one that is pending."""
    a, shop = world.a, ids.make("Shop", world.a.shop.id)
    invited = await story.done(api, a.cashier, "ShopStaffAdd", shopId=shop, phone="10000001502", displayName="小褚")
    scene.plain.append(everything.node("ShopInvitation", invited["invitation"]["id"]))
    wanted = {"name": "新名", "address": "新址", "latitude": 27.7, "longitude": 106.9}
    for area in (a, world.b):
        edited = await story.done(
            api, a.cashier, "ShopEdit", shopId=shop, areaId=ids.make("Area", area.community.id), **wanted
        )
        change = edited["shop"]["pendingChange"]["id"]
        if area is a:
            await story.done(api, world.admin, "ShopChangeReject", changeId=change, reason="与证照不符")
        scene.plain.append(everything.node("ShopChange", change))
    scene.plain.append(("{ shopChangesToApprove(first: 20) { edges { cursor node { __typename } } } }", {}))


async def _agreements(scene: Scene, a: Community, api: Api, everything: "Documents") -> None:
    """With a partner of the shop's owner: one that has ended, and one in force."""
    of = await agreements.partner(a, "A卫生院", a.cashier)
    ended = await agreements.in_force(api, a, of)
    await story.done(api, of.owner, "AgreementEnd", agreementId=ended, reason="另签新的")
    held = await agreements.in_force(api, a, of)
    scene.plain += [everything.node("Agreement", one) for one in (ended, held)]
    for name in ("agreements", "partners"):
        scene.plain.append((f"{{ {name}(first: 20) {{ edges {{ cursor node {{ __typename }} }} }} }}", {}))


async def _joins(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """The neighbour asks to belong to household 0: once refused though the head vouched, once more since."""
    a = world.a
    refused = await entry.asked(a.residents[2], a.households[0].id)
    await story.done(api, a.head_people[0], "HouseholdJoinVouch", joinId=refused)
    await story.done(api, a.worker, "HouseholdJoinDecide", joinId=refused, confirm=False)
    for join in (refused, await entry.asked(a.residents[2], a.households[0].id)):
        scene.plain.append(everything.node("HouseholdJoin", join))
    scene.plain.append(("{ householdJoinsToConfirm(first: 20) { edges { cursor node { __typename } } } }", {}))


async def _consents(scene: Scene, world: World, api: Api, everything: "Documents") -> None:
    """The resident consents to everything, and thinks better of one."""
    who = world.a.residents[0]
    for kind in ("PRIVACY_NOTICE", "CARE_DETAILS"):
        await story.done(api, who, "ConsentGive", kind=kind, version=1)
    await story.done(api, who, "ConsentWithdraw", kind="CARE_DETAILS")
    scene.plain.append(everything.root("consentTexts", "ConsentText"))


async def _points_entries(api: Api, head: Person) -> list[str]:
    data = await api.run(head.token, "PointsHistory", first=100)
    return [edge["node"]["id"] for edge in data["viewer"]["householdHead"]["pointsEntries"]["edges"]]


async def _board(a: Community) -> None:
    """Four more heads of the quarter's board: of this month's, one, who leads; and the head was there before today."""
    for number in range(4):
        other = await making.head(a.grid, f"欧阳{number}户")
        await rewarding.award(a, at=clock.now() - timedelta(days=30), head=other, household=2)
    for days in (5, 6, 7):
        await rewarding.award(a, at=clock.now() - timedelta(days=days), head=other, household=2)
    await rewarding.award(a, at=clock.now() - timedelta(days=4), head=a.heads[0], household=0)


async def particular(world: World, api: Api, schema: GraphQLSchema) -> AsyncIterator[tuple[str, Document]]:
    """What the table's PARTICULAR names, each to be read before the next is made.

    A neighbour takes a hand here, which opens household 0 to others: to be played after the plain objects were read.
    """
    a, everything = world.a, Documents(schema)
    yield "a building", everything.node("Area", ids.make("Area", a.building.id))
    district = await Area.get(parent_id=None)
    await wishes.submitted(api, world.b)
    yield "the whole district", everything.node("Area", ids.make("Area", district.id))
    yield (
        "a board that is not sparse",
        everything.root(
            "leaderboard(areaId: $id, period: QUARTER)", "Leaderboard", id=ids.make("Area", a.community.id)
        ),
    )
    yield "the communities of the district", everything.root("areaBoard(period: MONTH)", "AreaBoard")
    yield "a wish in the queue", everything.node("Wish", await wishes.submitted(api, a))
    yield "a wish offered to the whole grid", everything.node("Wish", await wishes.offered(api, a))

    declined = await wishes.offered(api, a)
    await story.done(api, a.head_people[1], "WishDecline", wishId=declined, reason="家里有事")
    await story.done(api, a.head_people[0], "WishAccept", wishId=declined)
    yield "the step in which a neighbour declined", everything.node("Wish", declined)

    called = await filed_by(api, a, a.worker)
    await story.done(api, a.staff, "WishDispatch", wishId=called, headId=ids.make("HouseholdHead", a.heads[0].id))
    await story.done(api, a.head_people[0], "WishAccept", wishId=called)
    await story.done(api, a.head_people[0], "WishComplete", wishId=called)
    await story.done(api, a.staff, "WishRate", wishId=called, stars=4, callBackNote="电话回访满意")
    yield "the step in which staff rated after a call-back", everything.node("Wish", called)

    helped = await wishes.accepted(api, a, head=1)
    await story.done(api, a.head_people[1], "WishRevealContact", wishId=helped, kind="ADDRESS")
    home, neighbour = ids.make("Household", a.households[0].id), ids.make("HouseholdHead", a.heads[1].id)
    yield "a wish in a neighbour's hands", everything.node("Wish", helped)
    yield "a household helped by a neighbour", everything.node("Household", home)
    yield "the neighbour who helps", everything.node("HouseholdHead", neighbour)

    await _let_go(a.heads[0].id)
    yield "a head who has left", everything.node("HouseholdHead", ids.make("HouseholdHead", a.heads[0].id))

    await Discount.filter(id=a.discount.id).update(state=DiscountState.PAUSED)
    yield "a paused discount", everything.node("Discount", ids.make("Discount", a.discount.id))
    await Discount.filter(id=a.discount.id).update(state=DiscountState.REPLACED)
    yield "a discount that was replaced", everything.node("Discount", ids.make("Discount", a.discount.id))
    draft = await making.discount(a.shop, title="草稿", state=DiscountState.DRAFT)
    yield "a draft of a discount", everything.node("Discount", ids.make("Discount", draft.id))
    await Discount.filter(id=draft.id).update(state=DiscountState.SUBMITTED)
    yield "a discount to be approved", everything.node("Discount", ids.make("Discount", draft.id))
    await Shop.filter(id=a.shop.id).update(state=ShopState.SUSPENDED)
    yield "a suspended shop", everything.node("Shop", ids.make("Shop", a.shop.id))

    own = await shops.applied(api, a, a.residents[2], monthlyCeilingFen=5_000)
    yield "a shop that a neighbour applied for", everything.node("Shop", own)
    await story.done(api, world.admin, "ShopReject", shopId=own, reason="资料不全")
    yield "a shop that was rejected", everything.node("Shop", own)
    entered = await shops.entered(api, a, CASHIER_PHONE, cashierName="王店员", monthlyCeilingFen=5_000)
    await signing_in.open_for(CASHIER_PHONE)
    yield "a shop that staff entered", everything.node("Shop", entered)


class Documents:
    """Documents that select every field of a type: its own values in full, other nodes by their type's name."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema

    def node(self, type_name: str, global_id: str) -> Document:
        """Everything of one node."""
        chosen = f"... on {type_name} {self.every(type_name)}"
        return f"query($id: ID!) {{ node(id: $id) {{ __typename {chosen} }} }}", {"id": global_id}

    def root(self, call: str, type_name: str, **variables: Any) -> Document:
        """Everything of what a field of the root gives."""
        kinds = {"id": "ID!", "number": "String!", "date": "Date!"}
        declared = ", ".join(f"${name}: {kinds[name]}" for name in variables)
        return f"query{f'({declared})' if declared else ''} {{ {call} {self.every(type_name)} }}", variables

    def live(self, call: str, type_name: str, **variables: Any) -> Document:
        """Everything of what a subscription tells."""
        document, given = self.root(call, type_name, **variables)
        return "subscription" + document.removeprefix("query"), given

    def act(self, name: str, input_name: str, type_name: str, **given: Any) -> Document:
        """A mutation that answers with an object that can't be had otherwise."""
        shown = f"{type_name[0].lower()}{type_name[1:]}"
        document = (
            f"mutation($input: {input_name}Input!) {{ {name}(input: $input)"
            f" {{ {shown} {self.every(type_name)} errors {{ code }} }} }}"
        )
        return document, {"input": given}

    def importing(self, file: bytes) -> Document:
        """An import that is only tried."""
        document = (
            f"mutation($input: RosterImportInput!) {{ rosterImport(input: $input)"
            f" {{ report {self.every('RosterReport')} refusedRows {self.every('RosterSheet')} errors {{ code }} }} }}"
        )
        return document, {"input": {"fileName": "x.csv", "contentBase64": roster.in_base64(file), "dryRun": True}}

    def every(self, type_name: str) -> str:
        """A selection of all the fields of a type."""
        fields = self.schema.type_map[type_name].fields
        return f"{{ {' '.join(self._field(name, one) for name, one in fields.items())} }}"

    def _field(self, name: str, one: Any) -> str:
        wanted = {"first": "20"} if "first" in one.args else {}
        wanted |= {key: GIVEN[key] for key, argument in one.args.items() if is_required_argument(argument)}
        given = f"({', '.join(f'{key}: {value}' for key, value in wanted.items())})" if wanted else ""
        inner = get_named_type(one.type)
        if is_leaf_type(inner):
            return name
        if inner.name.endswith("Connection"):
            node = get_named_type(get_named_type(inner.fields["edges"].type).fields["node"].type)
            return f"{name}{given} {{ edges {{ cursor node {self._object(node)} }} pageInfo {{ endCursor }} }}"
        return f"{name}{given} {self._object(inner)}"

    def _object(self, inner: Any) -> str:
        kinds = inner.types if is_union_type(inner) else [inner]
        if isinstance(inner, GraphQLInterfaceType) or any(kind.interfaces for kind in kinds):
            return "{ __typename }"  # nodes have documents of their own
        if is_union_type(inner):
            return f"{{ __typename {' '.join(f'... on {one.name} {self.every(one.name)}' for one in kinds)} }}"
        return self.every(inner.name)


def values(schema: GraphQLSchema, kind: GraphQLObjectType, given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each (Type.field, value) that an answer holds, connections and payloads aside; nulls and empty lists left out."""
    structural = kind.name in table.STRUCTURAL or kind.name.endswith(("Connection", "Edge")) or kind.name == "Mutation"
    if "__typename" in given and len(given) > 1:
        kind = schema.type_map[given["__typename"]]
    for name, value in given.items():
        if (
            name == "__typename"
            or value is None
            or value == []
            or (isinstance(value, dict) and not value.get("edges", 1))
        ):
            continue
        inner = get_named_type(kind.fields[name].type)
        if not structural:
            yield f"{kind.name}.{name}", value
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and one.keys() != {"__typename"}:
                yield from values(schema, inner, one)


def is_empty_connection(value: Any) -> bool:
    return isinstance(value, dict) and value.get("edges") == []


def decoded(text: str) -> str:
    """A text with what its ids and cursors say when they are decoded."""
    found = [text]
    for word in re.findall(r"[A-Za-z0-9_-]{20,}", text):
        plain = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)) if len(word) % 4 != 1 else b""
        found.append(plain.decode(errors="ignore"))
    return "\n".join(found)

"""What the table of permissions tries: for each mutation an input that would do, and who sends it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

from models.enums import (
    DiscountState,
    NominationState,
    ObjectionState,
    Role,
    SeasonState,
    SeasonSubject,
    ShopState,
    SignalKind,
    SignInMethod,
)
from models.grants import Grant
from models.people import Household, HouseholdHead
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.kit import clock
from tests.house import permissions_scene as scenes
from tests.house import permissions_table as table
from tests.town import (
    agreements,
    discounts,
    entry,
    grants,
    honours,
    notices,
    points,
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
from tests.town import second_factor as factors
from tests.town import world as making
from tests.town.documents import Api
from tests.town.providers import TEMPLATE
from tests.town.world import Community, Person, World, another_session

_numbers = count(1)
Prepare = Callable[[Api, Community], Awaitable[dict[str, Any]]]
# What each case of the table is tried on, in a community: the input, apart from what differs by who sends it.


def with_wish(made: Callable[[Api, Community], Awaitable[str]], **more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"wishId": await made(api, place), **more}

    return prepare


def filed(by: str, until: str) -> Callable[[Api, Community], Awaitable[str]]:
    """A wish filed on behalf of household 0, with head 0."""

    async def made(api: Api, place: Community) -> str:
        head = place.head_people[0]
        wish = await scenes.filed_by(api, place, place.staff if by == "staff" else head)
        head_id = ids.make("HouseholdHead", place.heads[0].id)
        await story.done(api, place.staff, "WishDispatch", wishId=wish, headId=head_id)
        if until == "completed":
            await story.done(api, head, "WishAccept", wishId=wish)
            await story.done(api, head, "WishComplete", wishId=wish)
        return wish

    return made


async def submitting(api: Api, place: Community) -> dict[str, Any]:
    return {"householdId": ids.make("Household", place.households[0].id), "category": "CARE", "title": "量血压"}


async def issuing(api: Api, place: Community) -> dict[str, Any]:
    return {"discountId": ids.make("Discount", place.discount.id), "requestNo": None}


async def cancelling(api: Api, place: Community) -> dict[str, Any]:
    return {"passId": (await till.issued(api, place))["id"]}


async def lapse() -> None:
    """What somebody prepared runs out, so that somebody else may."""
    await database.execute(
        "UPDATE preparations SET expires_at = $1 WHERE state = 'LIVE'", clock.now() - timedelta(seconds=1)
    )


async def preparing(api: Api, place: Community) -> dict[str, Any]:
    await lapse()
    return {"code": (await till.issued(api, place))["code"], "billFen": 8800}


async def confirming(api: Api, place: Community) -> dict[str, Any]:
    return {"token": (await till.prepared(api, place))["token"], "requestNo": None}


async def revoking(api: Api, place: Community) -> dict[str, Any]:
    return {"redemptionId": (await till.redeemed(api, place))["id"], "requestNo": None, "reason": "点错了"}


async def disputing(api: Api, place: Community) -> dict[str, Any]:
    return {"redemptionId": (await till.redeemed(api, place))["id"], "reason": "没有去过"}


async def thanking(api: Api, place: Community) -> dict[str, Any]:
    return {"redemptionId": (await till.redeemed(api, place))["id"], "word": "KIND"}


async def deciding(api: Api, place: Community) -> dict[str, Any]:
    return {"disputeId": await till.disputed(api, place), "reason": "已核实"}


def judging(kind: SignalKind) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"signalId": await signals.flagged(place, kind), "state": "FOLLOWED_UP", "judgement": "已走访"}

    return prepare


async def signed_in_elsewhere(api: Api, place: Community) -> dict[str, Any]:
    return {"sessionId": ids.make("Session", await another_session(place.residents[0]))}


async def with_a_notification(api: Api, place: Community) -> dict[str, Any]:
    return {"upToId": (await notices.left(place.residents[0]))[0]}


async def with_a_template(api: Api, place: Community) -> dict[str, Any]:
    return {"templateIds": [TEMPLATE]}


async def with_a_choice(api: Api, place: Community) -> dict[str, Any]:
    return {"wechat": False}


async def with_nothing(api: Api, place: Community) -> dict[str, Any]:
    return {}


async def with_a_consent(api: Api, place: Community) -> dict[str, Any]:
    return {"kind": "PRIVACY_NOTICE", "version": 1}


async def with_a_consent_to_withdraw(api: Api, place: Community) -> dict[str, Any]:
    """One of the resident's: whoever else has none."""
    await story.done(api, place.residents[0], "ConsentGive", kind="CARE_DETAILS", version=1)
    return {"kind": "CARE_DETAILS"}


async def signing_out_everywhere(api: Api, place: Community) -> dict[str, Any]:
    return {"keepCurrent": False}


async def with_the_first(api: Api, place: Community) -> dict[str, Any]:
    return {"code": None}


def with_code(confirmed: bool = True) -> Prepare:
    """Everybody has the same second factor, whose present code nobody has used."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        await factors.enrol_everybody(confirmed=confirmed)
        return {"code": factors.code()}

    return prepare


async def making_a_rule(api: Api, place: Community) -> dict[str, Any]:
    return {**await points.next_rule(), "requestNo": None}


async def withdrawing_a_rule(api: Api, place: Community) -> dict[str, Any]:
    return {"rewardRuleId": ids.make("RewardRule", (await points.upcoming_rule()).id)}


async def importing(api: Api, place: Community) -> dict[str, Any]:
    return {"fileName": "名册.csv", "contentBase64": roster.in_base64(roster.CORRECTED)}


def with_head(**more: Any) -> Prepare:
    """Head 0 with some columns changed."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        await HouseholdHead.filter(id=place.heads[0].id).update(**more)
        return {"headId": ids.make("HouseholdHead", place.heads[0].id), "reason": "核实情况"}

    return prepare


def without_reason(prepare: Prepare) -> Prepare:
    async def prepared(api: Api, place: Community) -> dict[str, Any]:
        given = await prepare(api, place)
        return {name: value for name, value in given.items() if name != "reason"}

    return prepared


async def renumbering_a_head(api: Api, place: Community) -> dict[str, Any]:
    head = place.heads[0]
    return {"headId": ids.make("HouseholdHead", head.id), "name": head.name, "phone": "13800000077"}


async def renumbering_a_household(api: Api, place: Community) -> dict[str, Any]:
    home = place.households[0]
    return {"householdId": ids.make("Household", home.id), "name": home.contact_name, "phone": "13800000078"}


async def letting_go(api: Api, place: Community) -> dict[str, Any]:
    given = await with_head(left_at=None)(api, place)
    return {**given, "successorId": ids.make("HouseholdHead", place.heads[1].id)}


async def moving(api: Api, place: Community) -> dict[str, Any]:
    """From whoever has household 0 now to the other head."""
    home = await Household.get(id=place.households[0].id)
    (other,) = (head.id for head in place.heads if head.id != home.head_id)
    return {"householdIds": [ids.make("Household", home.id)], "headId": ids.make("HouseholdHead", other)}


async def applying(api: Api, place: Community) -> dict[str, Any]:
    return {**shops.shop_for(place), "requestNo": None}


async def entering(api: Api, place: Community) -> dict[str, Any]:
    return {**await applying(api, place), "cashierName": "王店员", "cashierPhone": scenes.CASHIER_PHONE}


def with_application(**more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"shopId": await shops.applied(api, place, place.residents[0]), **more}

    return prepare


def with_shop(state: ShopState = ShopState.ACTIVE, **more: Any) -> Prepare:
    """One more shop, in which the community's cashier works too."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"shopId": await shops.running(place, state), **more}

    return prepare


async def drafting_an_agreement(api: Api, place: Community) -> dict[str, Any]:
    of = await agreements.partner(place, owner=place.cashier)
    return {**agreements.for_draft(of, place.community), "requestNo": None}


def with_agreement(**more: Any) -> Prepare:
    """A draft of the community with a partner that its cashier owns."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        of = await agreements.partner(place, owner=place.cashier)
        return {"agreementId": await agreements.drafted(api, place, of), **more}

    return prepare


async def correcting_an_entry(api: Api, place: Community) -> dict[str, Any]:
    shop, area = await shops.entered(api, place), ids.make("Area", place.community.id)
    return {"shopId": shop, "areaId": area, "address": "别处"}


def with_colleague(*, owner: bool) -> Prepare:
    """One more who works in the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        colleague = await making.person("冯店员")
        working = await making.grant(colleague.account_id, Role.SHOP_STAFF, shop=place.shop, owner=owner)
        return {"staffId": ids.make("ShopStaff", working.id)}

    return prepare


async def giving_a_role(api: Api, place: Community) -> dict[str, Any]:
    area = {"areaId": ids.make("Area", place.community.id)}
    return {"role": "COMMUNITY_STAFF", **area, "phone": f"139{next(_numbers):08}", "name": "新社工"}


async def ending_a_role(api: Api, place: Community) -> dict[str, Any]:
    return {"membershipId": await roles.one_more_worker(place), "reason": "调离"}


async def inviting(api: Api, place: Community) -> dict[str, Any]:
    return {"invitationId": await shops.inviting(api, place)}


async def showing_a_head(api: Api, place: Community) -> dict[str, Any]:
    return {"headId": ids.make("HouseholdHead", place.heads[0].id)}


async def showing_a_household(api: Api, place: Community) -> dict[str, Any]:
    return {"householdId": ids.make("Household", place.households[0].id)}


async def asking_to_belong(api: Api, place: Community) -> dict[str, Any]:
    return {"householdCode": await entry.numbered(place)}


async def asking_with_a_ticket(api: Api, place: Community) -> dict[str, Any]:
    ticket = await entry.ticket(f"139{next(_numbers):08}")
    return {"householdCode": await entry.numbered(place), "ticket": ticket, "name": "新邻居"}


def with_join(**more: Any) -> Prepare:
    """A request of the neighbour, to belong to one more household of head 0."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"joinId": await entry.asked(place.residents[2], await entry.another_home(place)), **more}

    return prepare


async def with_a_phone(api: Api, place: Community) -> dict[str, Any]:
    return {"phone": f"139{next(_numbers):08}"}


async def with_a_phone_code(api: Api, place: Community) -> dict[str, Any]:
    handle, code = await entry.phone_code(f"139{next(_numbers):08}")
    return {"handle": handle, "code": code}


async def with_a_one_use_code(api: Api, place: Community) -> dict[str, Any]:
    return {"code": await entry.operators_code(await making.person("来登录的人"))}


async def with_a_js_code(api: Api, place: Community) -> dict[str, Any]:
    return {"code": "js-ann-1"}


async def with_a_bind_code(api: Api, place: Community) -> dict[str, Any]:
    return {"ticket": await entry.wechat_ticket(f"o{next(_numbers)}"), **await entry.binding()}


async def with_a_phone_number(api: Api, place: Community) -> dict[str, Any]:
    return {"ticket": await entry.wechat_ticket(f"o{next(_numbers)}"), "phoneCode": "phone-13900000001-1"}


async def with_a_wechat_ticket(api: Api, place: Community) -> dict[str, Any]:
    return {"ticket": await entry.wechat_ticket(f"o{next(_numbers)}")}


async def with_wechat(api: Api, place: Community) -> dict[str, Any]:
    await entry.bind_everybody()
    return {"endSessions": True}


async def with_a_till(api: Api, place: Community) -> dict[str, Any]:
    """One more who works in the community's shop, signed in by its code."""
    colleague = await making.person("冯店员")
    working = await making.grant(colleague.account_id, Role.SHOP_STAFF, shop=place.shop)
    how = sessions.Opening(SignInMethod.SHOP, shop_id=place.shop.id if place.shop else None)
    await sessions.open_session(colleague.account_id, how=how)
    return {"staffId": ids.make("ShopStaff", working.id)}


async def with_new_phones(api: Api, place: Community) -> dict[str, Any]:
    return (await entry.changing_phones())[1]


async def with_an_erasing_code(api: Api, place: Community) -> dict[str, Any]:
    return (await entry.erasing())[1]


def asking_for_a_change(**more: Any) -> Prepare:
    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        return {"changeId": await shops.asking(api, place), **more}

    return prepare


async def drafting(api: Api, place: Community) -> dict[str, Any]:
    return {"terms": discounts.OTHER, "shopId": ids.make("Shop", place.shop.id), "requestNo": None}


def with_discount(state: DiscountState, **more: Any) -> Prepare:
    """One more discount of the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        made = await making.discount(place.shop, title=story.request_no(), state=state)
        return {"discountId": ids.make("Discount", made.id), **more}

    return prepare


async def giving_a_grant(api: Api, place: Community) -> dict[str, Any]:
    """To head 0, who was given nothing in this quarter."""
    await Grant.all().update(granted_at=clock.now() - timedelta(days=200))
    return {**await grants.wanted(place), "requestNo": None}


async def revoking_a_grant(api: Api, place: Community) -> dict[str, Any]:
    return {"grantId": await grants.made(place), "reason": "发错了人"}


def with_webhook(paused: bool = False, **more: Any) -> Prepare:
    """One more endpoint of the community's shop."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        made = {"endpointId": (await webhooks.endpoint(api, place))["id"]}
        if paused:
            await story.done(api, place.cashier, "WebhookPause", **made)
        return {**made, **more}

    return prepare


async def redelivering(api: Api, place: Community) -> dict[str, Any]:
    return {"deliveryId": await webhooks.made_before((await webhooks.endpoint(api, place))["id"])}


async def drafting_a_season(api: Api, place: Community) -> dict[str, Any]:
    return {"areaId": ids.make("Area", place.community.id), "terms": honours.terms(), "requestNo": None}


def with_season(state: SeasonState, **more: Any) -> Prepare:
    """A season of buildings in this state, with one building on its list, and three who may decide."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        await honours.another_decider(place)
        season = await honours.season(place.community, state, SeasonSubject.BUILDING)
        if state in {SeasonState.REVIEW, SeasonState.NOTICE}:
            await honours.nomination(season, NominationState.SHORTLISTED, building=place.building)
        return {"seasonId": honours.season_id(season), **more}

    return prepare


async def editing_a_season(api: Api, place: Community) -> dict[str, Any]:
    return {**await with_season(SeasonState.DRAFT)(api, place), "terms": honours.terms()}


async def proposing(api: Api, place: Community) -> dict[str, Any]:
    season = await honours.season(place.community)
    nominee = ids.make("HouseholdHead", place.heads[0].id)
    return {"seasonId": honours.season_id(season), "nomineeId": nominee, "reason": "常年助人", "requestNo": None}


def with_nomination(season: SeasonState, state: NominationState, **more: Any) -> Prepare:
    """A nomination of head 0; a notice is still on, unless an objection to it was upheld."""

    async def prepare(api: Api, place: Community) -> dict[str, Any]:
        upheld = "reason" in more and season == SeasonState.NOTICE
        ends = {"notice_until": clock.now() + timedelta(days=1)} if season == SeasonState.NOTICE else {}
        of = await honours.season(place.community, season, **ends)
        made = await honours.nomination(of, state, head=place.heads[0])
        if upheld:
            await honours.objection(made, await making.person("有异议的人"), state=ObjectionState.UPHELD)
        return {"nominationId": honours.nomination_id(made), **more}

    return prepare


async def answering(api: Api, place: Community) -> dict[str, Any]:
    season = await honours.season(place.community, SeasonState.NOTICE)
    made = await honours.nomination(season, NominationState.SHORTLISTED, head=place.heads[0])
    found = await honours.objection(made, await making.person("有异议的人"))
    return {"objectionId": ids.make("SeasonObjection", found.id), "upheld": False, "answer": "已核实"}


_S, _N = SeasonState, NominationState

PREPARED: dict[str, Prepare] = {
    "agreementDraft": drafting_an_agreement,
    "agreementEdit": with_agreement(title="改名"),
    "agreementEnd": with_agreement(reason="作罢"),
    "agreementSign": with_agreement(revision=1),
    "honourRevoke": with_nomination(_S.CONCLUDED, _N.HONOURED, reason="不实"),
    "nominationConsent": with_nomination(_S.OPEN, _N.PROPOSED),
    "nominationDecline": with_nomination(_S.OPEN, _N.PROPOSED),
    "nominationObject": with_nomination(_S.NOTICE, _N.SHORTLISTED, text="有一件不是他做的", requestNo=None),
    "nominationPassOver": with_nomination(_S.REVIEW, _N.CONSENTED, reason="名额有限"),
    "nominationPropose": proposing,
    "nominationShortlist": with_nomination(_S.REVIEW, _N.CONSENTED, reason="事迹属实"),
    "nominationStrike": with_nomination(_S.NOTICE, _N.SHORTLISTED, reason="异议成立"),
    "nominationSupport": with_nomination(_S.OPEN, _N.CONSENTED),
    "nominationWithdraw": with_nomination(_S.OPEN, _N.CONSENTED),
    "seasonCancel": with_season(_S.OPEN, reason="重复"),
    "seasonConclude": with_season(_S.NOTICE),
    "seasonDraft": drafting_a_season,
    "seasonEdit": editing_a_season,
    "seasonObjectionAnswer": answering,
    "seasonOpen": with_season(_S.DRAFT),
    "seasonPublish": with_season(_S.REVIEW),
    "discountApprove": with_discount(DiscountState.SUBMITTED),
    "discountDraft": drafting,
    "discountEdit": with_discount(DiscountState.DRAFT, terms=discounts.OTHER),
    "discountEnd": with_discount(DiscountState.ACTIVE, reason="活动结束"),
    "discountPause": with_discount(DiscountState.ACTIVE, reason="投诉核查"),
    "discountResume": with_discount(DiscountState.PAUSED),
    "discountReturn": with_discount(DiscountState.SUBMITTED, reason="请写明时段"),
    "discountRevise": with_discount(DiscountState.ACTIVE, terms=discounts.OTHER, requestNo=None),
    "discountSubmit": with_discount(DiscountState.DRAFT),
    "disputeReject": deciding,
    "disputeUphold": deciding,
    "grantGive": giving_a_grant,
    "grantRevoke": revoking_a_grant,
    "headJoinBoard": without_reason(with_head(opted_in_at=None)),
    "headLeave": letting_go,
    "headLeaveBoard": without_reason(with_head(opted_in_at=clock.now())),
    "headResume": with_head(suspended_at=clock.now()),
    "headChangePhone": renumbering_a_head,
    "headShowCode": showing_a_head,
    "headSuspend": with_head(suspended_at=None),
    "householdChangePhone": renumbering_a_household,
    "householdShowCode": showing_a_household,
    "householdJoin": asking_to_belong,
    "householdJoin, with a ticket": asking_with_a_ticket,
    "householdJoinDecide": with_join(confirm=True),
    "householdJoinVouch": with_join(),
    "householdJoinWithdraw": with_join(),
    "householdsMove": moving,
    "messageConsentsNote": with_a_template,
    "notificationSettingsChange": with_a_choice,
    "notificationsRead": with_a_notification,
    "passCancel": cancelling,
    "passIssue": issuing,
    "phoneChange": with_new_phones,
    "accountErase": with_an_erasing_code,
    "consentGive": with_a_consent,
    "consentWithdraw": with_a_consent_to_withdraw,
    "privacyExport": with_nothing,
    "pointsReverse": with_wish(wishes.rated, reason="冒名办结", requestNo=None),
    "recoveryCodesRenew": with_code(),
    "redemptionConfirm": confirming,
    "redemptionDispute": disputing,
    "redemptionPrepare": preparing,
    "redemptionRevoke": revoking,
    "redemptionThank": thanking,
    "rewardRuleCreate": making_a_rule,
    "rewardRuleWithdraw": withdrawing_a_rule,
    "roleEnd": ending_a_role,
    "roleGive": giving_a_role,
    "rosterImport": importing,
    "secondFactorBegin": with_code(),
    "secondFactorBegin, the first": with_the_first,
    "secondFactorConfirm": with_code(confirmed=False),
    "secondFactorEnd": with_code(),
    "secondFactorShow": with_code(),
    "sessionEnd": signed_in_elsewhere,
    "sessionEnd, the one in use": with_nothing,
    "sessionsEnd": signing_out_everywhere,
    "signInByCode": with_a_one_use_code,
    "signInByPhone": with_a_phone_code,
    "signInByWechat": with_a_js_code,
    "signInCodeSend": with_a_phone,
    "shopApply": applying,
    "shopApprove": with_application(),
    "shopChangeApprove": asking_for_a_change(),
    "shopChangeReject": asking_for_a_change(reason="与证照不符"),
    "shopChangeWithdraw": asking_for_a_change(),
    "shopEdit": correcting_an_entry,
    "shopEdit, an application": with_application(address="别处"),
    "shopEdit, taking part": with_shop(address="别处"),
    "shopEnter": entering,
    "shopInvitationWithdraw": inviting,
    "shopLeave": with_shop(),
    "shopLeave, an application": with_application(),
    "shopReject": with_application(reason="资料不全"),
    "shopResume": with_shop(ShopState.SUSPENDED),
    "shopSetCeiling": with_shop(monthlyCeilingFen=50_000),
    "shopSetCeiling, an application": with_application(monthlyCeilingFen=50_000),
    "shopInvitationShowCode": inviting,
    "shopStaffAdd": with_shop(phone=scenes.CASHIER_PHONE, displayName="王店员"),
    "shopStaffMakeCashier": with_colleague(owner=True),
    "shopStaffMakeOwner": with_colleague(owner=False),
    "shopStaffRemove": with_colleague(owner=False),
    "shopStaffShowCode": with_colleague(owner=False),
    "shopStaffSignOut": with_a_till,
    "shopSuspend": with_shop(reason="投诉核查"),
    "signalJudge": judging(SignalKind.WISH_CYCLE),
    "signalJudge, wrong codes": judging(SignalKind.CODE_GUESSES),
    "statementAcknowledge": settlement.acknowledging,
    "webhookCreate": with_shop(url="https://hooks.example/", events=webhooks.EVERYTHING, requestNo=None),
    "webhookEdit": with_webhook(url="https://other.example/"),
    "webhookEnd": with_webhook(),
    "webhookPause": with_webhook(),
    "webhookRedeliver": redelivering,
    "webhookResume": with_webhook(paused=True),
    "webhookRotateSecret": with_webhook(requestNo=None),
    "wechatBind": with_a_bind_code,
    "wechatBindByNumber": with_a_phone_number,
    "wechatBindOwn": with_a_wechat_ticket,
    "wechatUnbind": with_wechat,
    "wishAccept": with_wish(wishes.dispatched),
    "wishAccept, offered to the whole grid": with_wish(wishes.offered),
    "wishCancel": with_wish(wishes.dispatched),
    "wishCancel, filed by staff": with_wish(filed("staff", until="dispatched")),
    "wishComplete": with_wish(wishes.accepted),
    "wishDecline": with_wish(wishes.dispatched, reason="家里有事"),
    "wishDecline, offered to the whole grid": with_wish(wishes.offered, reason="家里有事"),
    "wishDispatch": with_wish(wishes.submitted),
    "wishHandBack": with_wish(wishes.accepted, reason="办不了"),
    "wishRate": with_wish(wishes.completed, stars=4),
    "wishRate, filed by the head": with_wish(filed("head", until="completed"), stars=4),
    "wishRate, filed by staff": with_wish(filed("staff", until="completed"), stars=4),
    "wishRecall": with_wish(wishes.dispatched),
    "wishRecall, accepted": with_wish(wishes.accepted),
    "wishRedo": with_wish(wishes.completed, reason="还在漏"),
    "wishReject": with_wish(wishes.submitted, reason="不属于范围"),
    "wishRevealContact": with_wish(wishes.accepted, kind="PHONE"),
    "wishRevealContact, offered to the whole grid": with_wish(wishes.offered, kind="ADDRESS"),
    "wishSubmit": submitting,
}


def given_by(actor: str, name: str, prepared: dict[str, Any]) -> dict[str, Any]:
    """The input as this actor would send it."""
    given = dict(prepared)
    if "requestNo" in given or name == "wishSubmit":
        given["requestNo"] = story.request_no()
    if name == "wishSubmit" and actor not in table.RESIDENTS:
        given["consentNote"] = "电话里同意"
    if name == "wishRate" and actor not in table.RESIDENTS:
        given["callBackNote"] = "电话回访满意"
    return given


async def send(api: Api, who: Person | None, name: str, given: dict[str, Any]) -> dict[str, Any]:
    return await story.act(api, who, name[0].upper() + name[1:], **given)


def refused(payload: dict[str, Any]) -> str | None:
    """The code of a refusal that gave nothing away; None for success."""
    given = [value for key, value in payload.items() if key != "errors"]
    assert given and all(value is None for value in given) == bool(payload["errors"])
    return story.code(payload)


async def give_points(world: World) -> None:
    for place in (world.a, world.b):
        for head in place.heads:
            await points.give_points(head.id, 100)

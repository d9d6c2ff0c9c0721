"""What can be wrong with what is sent, by type and field; a district to send it to; and what an answer must be like."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)

from models.accounts import Membership
from models.enums import Role
from schema.graph import ids
from tests.town import (
    agreements,
    discounts,
    documents,
    entry,
    grants,
    honouring,
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
from tests.town.documents import Api
from tests.town.providers import TEMPLATE
from tests.town.schema import SCHEMA
from tests.town.world import Community, Person, World, another_session, person
from tests.town.world import head as another_head

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HUGE = "<1e400>"  # stands for the number 1e400, which json.dumps would not write
LONG = "x" * 100_000
NOBODY = UUID(int=1)
# Texts of which nobody sees anything: fillers, a blank of Braille, marks with nothing to stand on, tags, unassigned.
INVISIBLE = ["\u3164", "\u2800", "\u0301", "\ufe0f", "\u115f\u1160", "\uffa0 ", "\u034f\u200d", "\U000e0100", "\u2065"]
BENEFITS = ("percentOff", "amountOff", "gift")  # of which exactly one is given
CODES = ("code", "handle", "oldCode", "oldHandle", "phoneCode", "ticket")
_FILE = "RosterImportInput.contentBase64"
# What a text must be: from how many to how many characters, and whether it may have several lines.
TEXTS: dict[str, tuple[int, int, bool]] = {
    "WishSubmitInput.title": (1, 60, False),
    "WishSubmitInput.details": (0, 500, True),
    "WishSubmitInput.requestNo": (1, 64, False),
    "WishSubmitInput.consentNote": (1, 200, False),
    "WishDeclineInput.reason": (1, 200, False),
    "WishHandBackInput.reason": (1, 200, False),
    "WishCompleteInput.note": (0, 500, True),
    "WishCompleteInput.helpers": (1, 64, False),
    "WishRateInput.comment": (0, 500, True),
    "WishRateInput.callBackNote": (1, 200, False),
    "WishRedoInput.reason": (1, 200, False),
    "WishCancelInput.reason": (0, 200, False),
    "WishRejectInput.reason": (1, 200, False),
    "WishRecallInput.reason": (0, 200, False),
    "GrantGiveInput.note": (1, 100, False),
    "GrantGiveInput.requestNo": (1, 64, False),
    "GrantRevokeInput.reason": (1, 200, False),
    "HeadLeaveInput.reason": (1, 200, False),
    "HeadResumeInput.reason": (0, 200, False),
    "HeadSuspendInput.reason": (1, 200, False),
    "HeadChangePhoneInput.name": (1, 64, False),
    "HeadChangePhoneInput.phone": (1, 11, False),
    "HouseholdChangePhoneInput.name": (1, 64, False),
    "HouseholdChangePhoneInput.phone": (1, 11, False),
    "DiscountDraftInput.terms.title": (1, 60, False),
    "DiscountDraftInput.terms.benefit.gift.name": (1, 60, False),
    "DiscountEditInput.terms.title": (1, 60, False),
    "DiscountEditInput.terms.benefit.gift.name": (1, 60, False),
    "DiscountReviseInput.terms.title": (1, 60, False),
    "DiscountReviseInput.terms.benefit.gift.name": (1, 60, False),
    "DiscountDraftInput.requestNo": (1, 64, False),
    "DiscountReviseInput.requestNo": (1, 64, False),
    "DiscountReturnInput.reason": (1, 200, False),
    "DiscountPauseInput.reason": (0, 200, False),
    "DiscountEndInput.reason": (0, 200, False),
    "PassIssueInput.requestNo": (1, 64, False),
    "PrivacyExportInput.after": (1, 0, False),
    "PrivacyExportInput.section": (1, 200, False),
    "PointsReverseInput.reason": (1, 200, False),
    "PointsReverseInput.requestNo": (1, 64, False),
    "RedemptionPrepareInput.code": (1, 0, False),
    "RecoveryCodesRenewInput.code": (1, 0, False),
    "SecondFactorBeginInput.code": (0, 0, False),
    "SecondFactorConfirmInput.code": (1, 0, False),
    "SecondFactorEndInput.code": (1, 0, False),
    "SecondFactorShowInput.code": (1, 0, False),
    "RedemptionConfirmInput.token": (1, 0, False),
    "RedemptionConfirmInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.requestNo": (1, 64, False),
    "RedemptionRevokeInput.reason": (1, 200, False),
    **entry.TEXTS,
    "MessageConsentsNoteInput.templateIds": (1, 64, False),
    **webhooks.TEXTS,
    **roles.TEXTS,
    **shops.TEXTS,
    **agreements.TEXTS,
    **honouring.TEXTS,
    "RedemptionDisputeInput.reason": (1, 200, False),
    "DisputeRejectInput.reason": (1, 200, False),
    "DisputeUpholdInput.reason": (1, 200, False),
    "RewardRuleCreateInput.note": (0, 200, False),
    "RewardRuleCreateInput.requestNo": (1, 64, False),
    "RosterImportInput.fileName": (1, 120, False),
    "SignalJudgeInput.judgement": (1, 200, False),
    _FILE: (1, 0, False),
    "StatementAcknowledgeInput.sha256": (1, 64, False),
}
NUMBERS: dict[str, tuple[int, int]] = {
    **honouring.NUMBERS,
    "WishRateInput.stars": (1, 5),
    "RedemptionPrepareInput.billFen": (1, 10_000_000),
    "ConsentGiveInput.version": (1, 1),
    "PrivacyExportInput.maxRows": (1, 500),
    **shops.NUMBERS,
    "AgreementSignInput.revision": (1, 1_000_000),
    **{
        f"Discount{step}Input.terms.{name}": bounds
        for step in ("Draft", "Edit", "Revise")
        for name, bounds in {
            "benefit.percentOff.percent": (1, 100),
            "benefit.percentOff.maxSavedFen": (1, 10_000_000),
            "benefit.amountOff.amountFen": (1, 10_000_000),
            "minSpendFen": (0, 10_000_000),
            "costPoints": (0, 100_000),
            "minStarLevel": (1, 5),
            "limitPerDay": (1, 1000),
            "limitPerMonth": (1, 1000),
            "limitTotal": (1, 1000),
            "stockTotal": (0, 1_000_000),
            "weekdays": (1, 7),
        }.items()
    },
    "GrantGiveInput.quantity": (1, 10),
    "RewardRuleCreateInput.dailyCap": (0, 100_000),
    "RewardRuleCreateInput.monthlyHouseholdCap": (0, 100_000),
}
MAY_BE_EMPTY = {"WishCompleteInput.partnerIds"}  # of lists of ids
MUTATIONS = [name for name in documents.NAMES if documents.is_mutation(name)]


@dataclass
class Stage:
    """A district in which every mutation has something to work on: who would send it, and an input that would do."""

    world: World
    valid: dict[str, tuple[Person | None, dict[str, Any]]]
    foreign: dict[str, str]  # of each type, something that exists in the other community

    def everybody(self) -> list[Person]:
        return list({id(who): who for who, _ in self.valid.values() if who}.values())


async def set_up(world: World, api: Api) -> Stage:
    """Everybody has something in hand, on both sides. Time should stand still, or the code at the till runs out."""
    a, b = world.a, world.b
    assert a.staff and a.cashier and b.discount
    for one in (*a.heads, *b.heads):
        await points.give_points(one.id, 100)
    head, resident = a.head_people[0], a.residents[0]
    why = {"reason": "原因"}
    at_home = {"householdId": ids.make("Household", a.households[0].id)}
    posted = await wishes.rated(api, a)
    redemption = await till.redeemed(api, a)
    seen = await settlement.acknowledging(api, a)
    # Before the pass that is shown below: a head has one live pass for a discount.
    disputable, disputes = await till.redeemed(api, a), [await till.disputed(api, a) for _ in range(2)]
    await signals.alerted(a)
    live = await till.issued(api, a)
    at_the_till = {"code": live["code"], "billFen": 2000}
    prepared = await story.done(api, a.cashier, "RedemptionPrepare", **at_the_till)
    filed = await story.done(
        api, head, "WishSubmit", **at_home, category="CARE", title="代", consentNote="当面", requestNo="filed"
    )
    await story.done(api, a.staff, "WishDispatch", wishId=filed["wish"]["id"], headId=head_id(a))
    await story.done(api, head, "WishAccept", wishId=filed["wish"]["id"])
    await story.done(api, head, "WishComplete", wishId=filed["wish"]["id"])
    elsewhere = await person("两处登录")
    enrolled = [await person(f"两步{n}") for n in range(4)]
    await factors.enrol(*(who.account_id for who in enrolled))
    enrolling = await person("两步待确认")
    await factors.enrol(enrolling.account_id, confirmed=False)
    local_admin = await person("社区管理员", Role.DISTRICT_ADMIN, area=a.community)
    upcoming = await points.upcoming_rule()
    spare = [ids.make("HouseholdHead", (await another_head(a.grid, f"备{n}")).id) for n in range(2)]
    valid: dict[str, tuple[Person | None, dict[str, Any]]] = {
        "WishSubmit": (
            head,
            {**at_home, "category": "CARE", "title": "陪诊", "requestNo": "x", "consentNote": "电话", "details": ""},
        ),
        "WishDispatch": (a.staff, {"wishId": await wishes.submitted(api, a), "headId": head_id(a)}),
        "WishAccept": (head, {"wishId": await wishes.offered(api, a)}),
        "WishDecline": (head, {"wishId": await wishes.offered(api, a), **why}),
        "WishHandBack": (head, {"wishId": await wishes.accepted(api, a), **why}),
        "WishComplete": (head, {"wishId": await wishes.accepted(api, a), "note": "好", "helpers": ["甲"]}),
        "WishRate": (a.staff, {"wishId": filed["wish"]["id"], "stars": 5, "comment": "", "callBackNote": "本人"}),
        "WishRedo": (resident, {"wishId": await wishes.completed(api, a), **why}),
        "WishCancel": (resident, {"wishId": await wishes.submitted(api, a), **why}),
        "WishReject": (a.staff, {"wishId": await wishes.submitted(api, a), **why}),
        "WishRecall": (a.staff, {"wishId": await wishes.offered(api, a), **why}),
        "WishRevealContact": (head, {"wishId": await wishes.accepted(api, a), "kind": "PHONE"}),
        "HeadJoinBoard": (head, {"headId": head_id(a)}),
        "HeadLeave": (a.staff, {"headId": spare[0], "successorId": spare[1], **why}),
        "HeadLeaveBoard": (head, {"headId": head_id(a)}),
        "HeadSuspend": (a.staff, {"headId": spare[1], **why}),
        "HeadResume": (a.staff, {"headId": spare[1], **why}),
        "HeadChangePhone": (a.staff, {"headId": spare[1], "name": "备1", "phone": "13800000077"}),
        "HouseholdChangePhone": (a.staff, {**at_home, "name": a.households[0].contact_name, "phone": "13800000078"}),
        "HouseholdsMove": (a.staff, {"householdIds": [at_home["householdId"]], "headId": spare[1]}),
        "PassIssue": (head, {"discountId": ids.make("Discount", b.discount.id), "requestNo": "x"}),
        "PassCancel": (a.head_people[1], {"passId": (await till.issued(api, a, head=1))["id"]}),
        "RedemptionPrepare": (a.cashier, at_the_till),
        "RedemptionConfirm": (a.cashier, {"token": prepared["preparation"]["token"], "requestNo": "x"}),
        "RedemptionRevoke": (a.cashier, {"redemptionId": redemption["id"], "requestNo": "x", **why}),
        "RedemptionDispute": (head, {"redemptionId": disputable["id"], **why}),
        "RedemptionThank": (head, {"redemptionId": disputable["id"], "word": "GOOD"}),
        "DisputeReject": (local_admin, {"disputeId": disputes[0], **why}),
        "DisputeUphold": (local_admin, {"disputeId": disputes[1], **why}),
        **await discounts.one_of_each(api, world, a),
        "GrantGive": (world.admin, await grants.wanted(a)),
        "GrantRevoke": (world.admin, {"grantId": await grants.made(a, head=1), **why}),
        "PointsReverse": (local_admin, {"wishId": posted, "requestNo": "x", **why}),
        "RewardRuleWithdraw": (world.admin, {"rewardRuleId": ids.make("RewardRule", upcoming.id)}),
        "RewardRuleCreate": (
            world.admin,
            {**await points.next_rule(), "requestNo": "x", "note": "", "dailyCap": 90, "monthlyHouseholdCap": 200},
        ),
        **await entry.one_of_each(a),
        "ShopInvitationShowCode": (a.cashier, {"invitationId": await shops.inviting(api, a)}),
        **await webhooks.one_of_each(api, a),
        **await honouring.one_of_each(api, world, a, local_admin),
        **await roles.one_of_each(a, local_admin),
        **await shops.one_of_each(api, a, local_admin),
        **await agreements.one_of_each(api, a),
        "RosterImport": (
            a.staff,
            {"fileName": "名册.csv", "contentBase64": roster.in_base64(roster.CORRECTED), "dryRun": True},
        ),
        "SignalJudge": (
            local_admin,
            {"signalId": await signals.flagged(a), "state": "HARMLESS", "judgement": "邻里相熟"},
        ),
        "StatementAcknowledge": (a.cashier, seen),
        **{
            name: (who, {"code": factors.code()})
            for name, who in zip(
                ("RecoveryCodesRenew", "SecondFactorBegin", "SecondFactorEnd", "SecondFactorShow"),
                enrolled,
                strict=True,
            )
        },
        "SecondFactorConfirm": (enrolling, {"code": factors.code()}),
        "SessionEnd": (elsewhere, {"sessionId": ids.make("Session", await another_session(elsewhere))}),
        "SessionsEnd": (elsewhere, {"keepCurrent": True}),
        "MessageConsentsNote": (resident, {"templateIds": [TEMPLATE]}),
        "NotificationSettingsChange": (elsewhere, {"wechat": False, "sms": True}),
        "NotificationsRead": (elsewhere, {"notificationIds": await notices.left(elsewhere, 2)}),
    }
    await story.done(api, head, "WishRevealContact", wishId=valid["WishRevealContact"][1]["wishId"], kind="ADDRESS")
    await notices.left(resident)
    hook = (await webhooks.endpoint(api, b))["id"]
    foreign = {
        "Agreement": await agreements.drafted(api, b, await agreements.partner(b)),
        "WebhookEndpoint": hook,
        "WebhookDelivery": await webhooks.made_before(hook),
        "Session": ids.make("Session", await another_session(b.residents[0])),
        "Notification": (await notices.left(b.residents[0]))[0],
        "Wish": await wishes.offered(api, b),
        "Household": ids.make("Household", b.households[0].id),
        "HouseholdJoin": await entry.asked(b.residents[0], b.households[2].id),
        "HouseholdHead": ids.make("HouseholdHead", b.heads[0].id),
        "Membership": await roles.one_more_worker(b),
        "Pass": (await till.issued(api, b))["id"],
        "Redemption": (await till.redeemed(api, b))["id"],
        "Dispute": await till.disputed(api, b),
        "Signal": await signals.flagged(b),
        "Shop": ids.make("Shop", b.shop.id),
        "Statement": await settlement.settled_day(api, b),
        **await honouring.of_others(b),
        "ShopStaff": ids.make("ShopStaff", await Membership.get(shop_id=b.shop.id).values_list("id", flat=True)),
    }
    return Stage(world, valid, foreign)


def head_id(place: Community) -> str:
    return ids.make("HouseholdHead", place.heads[0].id)


async def send(api: Api, token: str | None, document: str, variables: Any) -> httpx.Response:
    """Lone surrogates, NaN and what no number holds travel as they are written in JSON."""
    body = json.dumps({"query": document, "variables": variables}).replace(f'"{HUGE}"', "1e400")
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    return await api.client.post("/graphql", content=body.encode(), headers=headers)


def told(response: httpx.Response) -> list[dict[str, Any]]:
    """The top-level errors of an answer, each fit for a developer. Never a fault."""
    assert response.status_code < 500, response.text
    errors = response.json().get("errors", [])
    for error in errors:
        assert error["message"] and len(error["message"]) <= 501, error
        assert error["extensions"]["code"] not in {"INTERNAL", "UNAVAILABLE"}, error
    assert response.status_code == 200 or errors
    return list(errors)


def root(name: str) -> str:
    return documents.roots(name)[0]


def fields(name: str) -> dict[str, Any]:
    """The fields of a mutation's input, and of the inputs in it, by path."""
    assert SCHEMA.mutation_type
    kind = get_named_type(SCHEMA.mutation_type.fields[root(name)].args["input"].type)
    return dict(_fields_of(kind.name, kind))


def _fields_of(above: str, kind: Any) -> Iterator[tuple[str, Any]]:
    for name, field in kind.fields.items():
        place, inner = f"{above}.{name}", get_nullable_type(field.type)
        yield place, field
        if isinstance(inner, GraphQLInputObjectType):
            yield from _fields_of(place, inner)


def changed(given: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """An input with another value at a path such as `terms.hours.from`. Of a benefit, the others go."""
    name, _, rest = path.partition(".")
    others = {} if name in BENEFITS else given
    return others | {name: changed(given.get(name) or {}, rest, value) if rest else value}


def without(given: dict[str, Any], path: str) -> dict[str, Any]:
    """An input with nothing at a path."""
    name, _, rest = path.partition(".")
    if rest:
        return changed(given, name, without(given.get(name) or {}, rest))
    return {key: value for key, value in given.items() if key != name}


def malformed(kind: Any) -> list[Any]:
    """JSON that is not of this type, and is not taken for it either."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLInputObjectType):
        two = [{"gift": {"name": "伞"}, "amountOff": {"amountFen": 1}}, {"gift": None}] if inner.is_one_of else []
        return [*two, {}, {"unheardOf": 1}, "x", 5, [], True, *([None] if isinstance(kind, GraphQLNonNull) else [])]
    if isinstance(inner, GraphQLList) and get_named_type(inner).name == "ID":
        return [{}, [None], [[]], ["x"] * 10_000, True]  # a number may be an id, and one id is a list of one
    if isinstance(inner, GraphQLList) and get_named_type(inner).name == "Int":  # one number is taken for a list of it
        return [{}, "5", ["5"], 5.5, [5.5], [None], [[5]], ["x"] * 10_000, True]
    if isinstance(inner, GraphQLList):
        return [{}, 5, [5], [None], [[]], ["x"] * 10_000, True]
    wrong: dict[str, list[Any]] = {
        "String": [5, 5.5, True, [], {}, ["x", "y"], [[]]],
        "ID": [5.5, True, [], {}, HUGE, float("nan")],
        "Int": ["5", "", 5.5, True, [], {}, 2**31, -(2**31) - 1, 10**400, HUGE, float("nan"), float("-inf")],
        "Fen": ["5", "", 5.0, 5.5, True, [], {}, 2**53, -(2**53), 10**400, HUGE, float("nan"), float("-inf")],
        "Boolean": ["true", "", 0, 1, 5.5, [], {}],
        "Float": ["5", "", True, [], {}, HUGE, f"-{HUGE}", 10**400, float("nan"), float("inf"), float("-inf")],
        "Date": ["", "x", "2026-02-30", "10000-01-01", "0000-01-01", "-0001-01-01", "2026-05-15T00:00", 20260515, True],
        "LocalTime": ["", "x", "9:00", "24:00", "09:60", "09:00:00", "０９:00", 900, True, [], {}],
        "YearMonth": ["", "x", "2026-5", "2026-13", "0000-01", "2026-05-01", 202605, True, [], {}],
        "DateTime": ["", "x", "2026-05-15T25:00:00Z", "10000-01-01T00:00:00Z", "99999999999999", 0, True, [], {}],
    }
    values = ["UNHEARD_OF", "", "care", 5, True, [], {}] if isinstance(inner, GraphQLEnumType) else wrong[inner.name]
    return [*values, "\ud800", "a\0b", *([None] if isinstance(kind, GraphQLNonNull) else [])]


def unusable_ids(stage: Stage, kind: str) -> list[Any]:
    """What is no id of an object of this type that exists for the sender. All are answered alike."""
    own = ids.make(kind, stage.world.a.heads[0].id)
    wrong_type = ids.make("Area" if kind != "Area" else "Shop", stage.world.a.community.id)
    return [
        ids.make(kind, NOBODY), wrong_type, str(NOBODY), "", "  ", "x", "5", 5, "你好", own + "=", own + "A", own[:-1],
        own.lower(), " " + own, "\u202e" + own, f"{kind}:{NOBODY}", "' OR 1=1 --", LONG,
        *([stage.foreign[kind]] if kind in stage.foreign else []),
    ]  # fmt: skip


def unusable_texts(place: str) -> list[str]:
    """What a text field can't keep."""
    least, most, lines = TEXTS[place]
    controls = [
        "a\u202eb",
        "a\u2066b",
        "a\u0007b",
        "a\u200bb",
        "a\ufeffb",
        "a\x7fb",
        "a\uffffb",
        "a\u2028b",
        "a\tb",
        "a\u3164b",
    ]
    blank = ["", " ", "\u3000\t", "\n", "\u00a0", *INVISIBLE] if least else []
    long = [] if place == _FILE else [LONG]  # which is base64, though no roster
    return [*controls, *blank, "长" * (most + 1), *long, *([] if lines else ["a\nb"])]


def unusable(stage: Stage, place: str, kind: Any) -> list[tuple[Any, str]]:
    """Values of the right type that a field can't take, each with the code that it is refused with."""
    inner = get_named_type(kind).name
    if inner == "ID":
        of = place.rpartition(".")[2].removesuffix("s").removesuffix("Id")
        names = {
            "head": "HouseholdHead",
            "successor": "HouseholdHead",
            "staff": "ShopStaff",
            "endpoint": "WebhookEndpoint",
            "delivery": "WebhookDelivery",
            "invitation": "ShopInvitation",
            "join": "HouseholdJoin",
            "nominee": "HouseholdHead",
            "objection": "SeasonObjection",
            "upTo": "Notification",
            "partner": "Shop",
        }
        found = unusable_ids(stage, names.get(of, of[0].upper() + of[1:]))
        if of == "partner":  # a shop that is none is told apart: shops are public
            found.remove(stage.foreign["Shop"])
        if place.endswith("Ids"):
            none = [] if place in MAY_BE_EMPTY else [([], "INVALID_INPUT")]
            return [*(([value], "NOT_FOUND") for value in found), *none]
        return [(value, "NOT_FOUND") for value in found]
    if inner == "Float":
        most = {"latitude": 90.0, "longitude": 180.0}[place.partition(".")[2]]
        return [(value, "INVALID_INPUT") for value in (most + 0.01, -most - 0.01, 1e300, -(10**15))]
    if inner in {"Int", "Fen"}:
        least, most = NUMBERS[place]
        far = 2**31 - 1 if inner == "Int" else 2**53 - 1
        return [(value, "INVALID_INPUT") for value in (least - 1, most + 1, -5, -far, far)]
    if place in TEXTS:
        code = ({"token": "NOT_FOUND"} | dict.fromkeys(CODES, "CODE_INVALID")).get(
            place.partition(".")[2], "INVALID_INPUT"
        )
        texts: list[Any] = list(unusable_texts(place))
        if isinstance(kind, GraphQLNonNull) and isinstance(kind.of_type, GraphQLList):
            return [([text], code) for text in texts] + [([f"帮手{n}" for n in range(11)], code)]
        return [(text, code) for text in texts]
    return []

"""Wishes (微心愿)."""

from datetime import datetime
from typing import Any

import strawberry

from models.enums import ContactKind, OfferState, RatingSource, Role, WishAction, WishActor, WishCategory, WishState
from schema.graph.batching import paged, to_list, to_one, to_page
from schema.graph.context import Info
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.inputs import AreaId, States
from schema.graph.pagination import Connection
from schema.graph.permissions import LONG_TEXT_COST, PUBLIC, REASON_COST, attribute, field, reading, roles, when
from schema.graph.refs import AreaRef, HouseholdHeadRef, HouseholdRef, RewardExplanationRef, WishRef
from services.kit.viewer import inside
from services.people import areas, heads, households
from services.points import explanations
from services.wishes import candidates, contacts, wishes
from services.wishes import events as wish_events

OVERSIGHT = roles(Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
DISPATCHERS = when("grid workers and staff above", lambda viewer, wish: inside(wish.grid_path, viewer.dispatch_paths))
REVEAL_READERS = when(
    "the household, staff and auditors above",
    lambda viewer, wish: households.may_read_household_contact(viewer, wish.household_id, wish.grid_path),
)
REQUESTER_READERS = when(
    "the household, the requester, the assigned head, oversight",
    lambda viewer, wish: wishes.may_read_requester(
        viewer, wish.household_id, wish.requester_id, wish.head_id, wish.grid_path
    ),
    "household_id",
    "requester_id",
    "head_id",
    "grid_path",
)
CONSENT_READERS = when(
    "the household, who filed it, oversight",
    lambda viewer, wish: wishes.may_read_consent(viewer, wish.household_id, wish.requester_id, wish.grid_path),
)
NOTE_READERS = when(
    "whoever sees the wish; reasons to decline and call-backs not everybody",
    lambda viewer, event: wish_events.may_read_event_note(
        viewer,
        event.account_id,
        event.household_id,
        event.grid_path,
        declined=event.action == WishAction.DECLINE,
        called_back=event.action == WishAction.RATE and event.actor == WishActor.STAFF,
    ),
)


def _event_note(self: Any, info: Info) -> Any:
    return self.note or None


@reading(*wishes.ACTED_ON_BY)
def _available_actions(self: Any, info: Info) -> Any:
    return wishes.available_actions(info.context.viewer, self)


def _revealable_contacts(self: Any, info: Info) -> Any:
    return wishes.revealable_contacts(info.context.viewer, self)


@strawberry.type(description="微心愿的一步。One step of a wish.")
class WishEvent:
    """Append-only."""

    is_type_of = rows_of(wish_events.WishEvent)

    action: WishAction = field(PUBLIC, "做了什么。What was done.")
    actor: WishActor = field(PUBLIC, "操作人的身份。The capacity of the actor.")
    head: HouseholdHeadRef | None = to_one(
        heads.by_ids, "head_id", "涉及的联户长；派给多人时为空。The head it was about."
    )
    from_state: WishState | None = field(PUBLIC, "之前的状态；点单时为空。The state before; null for submitting.")
    to_state: WishState = field(PUBLIC, "之后的状态。The state after.")
    stars: int | None = field(PUBLIC, "评单的星级。The stars, for a rating.")
    note: str | None = field(
        NOTE_READERS,
        "备注或原因；婉拒原因和回访记录不对所有人可见。The reason or note; some are not for everybody.",
        _event_note,
        cost=LONG_TEXT_COST,
    )
    occurred_at: datetime = field(PUBLIC, "时间。When.")


@strawberry.type(description="派单对象。One head's offer of a wish.")
class WishOffer:
    is_type_of = rows_of(wish_events.WishOffer)

    head: HouseholdHeadRef | None = to_one(heads.by_ids, "head_id", "联户长。The head.")
    state: OfferState = field(PUBLIC, "结果。The state of the offer.")
    offered_at: datetime = field(PUBLIC, "派单时间。When it was offered.")
    ended_at: datetime | None = field(PUBLIC, "结束时间；待接单时为空。When it ended; null while open.")


@strawberry.type(description="联系信息查看记录。One reveal of a contact detail.")
class ContactReveal:
    is_type_of = rows_of(contacts.ContactReveal)

    kind: ContactKind = field(PUBLIC, "哪一种联系信息。Which contact detail.")
    shown_to: str = field(PUBLIC, "谁查看了。The viewer of the detail.")
    revealed_at: datetime = field(PUBLIC, "时间。When.")
    wish: WishRef | None = to_one(wishes.by_ids, "wish_id", "为了哪个心愿。For which wish.")


@strawberry.type(description="可派单的联户长。A head to whom a wish can be dispatched.")
class DispatchCandidate:
    is_type_of = rows_of(candidates.DispatchCandidate)

    head: HouseholdHeadRef = to_one(heads.by_ids, "head_id", "联户长。The head.")
    own_head: bool = field(PUBLIC, "是否为该户的联户长。Whether this head looks after the household.")
    open_load: int = field(PUBLIC, "手上待接和在办的心愿数。Wishes dispatched to the head or in hand now.")
    recent_offers: int = field(
        PUBLIC, "近 30 天派给过几单，含一起派的。Wishes offered in the last 30 days, alone or with others."
    )
    last_offered_at: datetime | None = field(
        PUBLIC, "上次派单时间；从未派过为空。When a wish was last offered; null for never."
    )
    average_rating: float | None = field(
        PUBLIC, "平均星级，不影响排列；无人评过为空。Average stars, which sort nothing; null without ratings."
    )


@strawberry.type(description="微心愿。A wish of a household.")
class Wish(Node):
    """Has no phone of the household: only a reveal shows it."""

    is_type_of = rows_of(wishes.Wish)

    title: str = field(PUBLIC, "心愿。The wish in a few words.")
    details: str = field(PUBLIC, "具体情况。More about it.", cost=LONG_TEXT_COST)
    category: WishCategory = field(PUBLIC, "类别。What kind of help is asked for.")
    state: WishState = field(PUBLIC, "状态。The state.")
    on_behalf: bool = field(PUBLIC, "是否代为点单（红色代办）。Whether it was filed on behalf of the household.")
    consent_note: str | None = field(
        CONSENT_READERS,
        "代为点单时住户的同意记录。How the household consented.",
        attribute("consent_note"),
        cost=REASON_COST,
    )
    household: HouseholdRef | None = to_one(households.by_ids, "household_id", "住户。The household.")
    grid: AreaRef = to_one(areas.by_ids, "grid_id", "点单时所在网格。The grid when it was submitted.")
    head: HouseholdHeadRef | None = to_one(
        heads.by_ids, "head_id", "承办联户长；派给多人时接单后才有。The assigned head."
    )
    requester_name: str | None = field(
        REQUESTER_READERS, "提出人或代为点单的人。Who submitted it.", attribute("requester_name"), personal=True
    )
    submitted_at: datetime = field(PUBLIC, "点单时间。When it was submitted.")
    dispatched_at: datetime | None = field(PUBLIC, "派单时间。When it was dispatched.")
    accepted_at: datetime | None = field(PUBLIC, "接单时间。When it was accepted.")
    completed_at: datetime | None = field(PUBLIC, "办结时间。When it was completed.")
    completion_note: str | None = field(
        PUBLIC, "办理情况。What was done.", lambda self: self.completion_note or None, cost=LONG_TEXT_COST
    )
    rated_at: datetime | None = field(PUBLIC, "评单时间。When it was rated.")
    stars: int | None = field(PUBLIC, "星级；自动评单为空。The stars; null for an automatic rating.")
    rating_comment: str | None = field(
        PUBLIC, "评语。The comment.", lambda self: self.rating_comment or None, cost=LONG_TEXT_COST
    )
    rating_source: RatingSource | None = field(PUBLIC, "评价来源。Who gave the rating.")
    redo_count: int = field(PUBLIC, "返工次数。The number of redos.")
    deadline_at: datetime | None = field(PUBLIC, "系统下次自动处理的时间。When the system acts next by itself.")
    events: list[WishEvent] = to_list(wish_events.events_of, "经过，由先到后。Its steps, the first first.", rows=12)
    helpers: list[str] = to_list(
        wish_events.helpers_of, "一起帮忙的人和共建单位。Who lent a hand, partners too.", rows=10
    )
    offers: list[WishOffer] = to_list(
        wish_events.offers_of,
        "派给了谁，由新到旧；联户长只见自己的，住户不见。To whom it was offered; heads see their own, residents none.",
        rows=10,
    )
    contact_reveals: Connection[ContactReveal] | None = to_page(
        contacts.of_wishes, "联系信息查看记录，由新到旧。Reveals of contact details, newest first.", REVEAL_READERS
    )
    candidates: Connection[DispatchCandidate] | None = to_page(
        candidates.of_wishes,
        "可派单的联户长，轮到谁谁在前：本户的、手上单少的、近 30 天派得少的、最久没有派过的。"
        "Heads to dispatch to, in turn: the own, the least busy, the least offered in 30 days, the longest ago.",
        DISPATCHERS,
    )
    available_actions: list[WishAction] = field(
        PUBLIC,
        "当前用户现在可做的操作。What the viewer may do with it now.",
        _available_actions,
    )
    revealable_contacts: list[ContactKind] = field(
        PUBLIC,
        "当前用户现在可查看的联系信息，每次查看都记录。Which contact details the viewer can be shown now, each time"
        " logged.",
        _revealable_contacts,
    )
    reward: RewardExplanationRef | None = to_one(
        explanations.by_wishes,
        "id",
        "积分奖励；承办联户长、区管理员和审计员可见。The reward; for its head, admins and auditors.",
    )


node_type("Wish", wishes.by_ids)


@strawberry.type
class WishQuery:
    wishes: Connection[Wish] | None = paged(
        wishes.queue,
        "管理范围内的微心愿，由新到旧。The wishes in the viewer's reach, newest first.",
        OVERSIGHT,
        filters={"area_id": AreaId, "states": States},
    )

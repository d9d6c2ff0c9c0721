"""The GraphQL schema: the root from each part's queries and mutations, with the guards around every operation."""

from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

import schema.graph.enums  # noqa: F401  (registers the enums)
from schema.accounts.sessions import SessionMutation
from schema.accounts.viewer import ViewerQuery
from schema.agreements.mutations import AgreementMutation
from schema.agreements.types import AgreementQuery
from schema.audit import AuditQuery
from schema.consents import ConsentMutation, ConsentQuery
from schema.discounts.mutations import DiscountMutation
from schema.discounts.types import DiscountQuery
from schema.economy import PointsEconomyQuery
from schema.entry.joins import HouseholdJoinMutation, HouseholdJoinQuery
from schema.entry.one_use_codes import OneUseCodeMutation
from schema.entry.phone_changing import PhoneChangeMutation
from schema.entry.second_factor import SecondFactorMutation
from schema.entry.signing_in import SignInMutation, SignInQuery
from schema.entry.wechat import WechatMutation
from schema.grants.grants import GrantMutation
from schema.graph import declared
from schema.graph.context import Info
from schema.graph.execution import Execution, Prepared, Schema
from schema.graph.ids import Node, resolve_node
from schema.graph.inputs import drop_null_defaults, mark_one_of
from schema.graph.permissions import PUBLIC, field
from schema.graph.scalars import SCALARS
from schema.honours.mutations import SeasonMutation
from schema.honours.nominations import HonourQuery
from schema.honours.seasons import SeasonQuery
from schema.notices.mutations import NotificationMutation
from schema.notices.types import NotificationSubscription
from schema.people.areas import AreaQuery
from schema.people.heads import HeadQuery
from schema.people.households import HouseholdQuery
from schema.points.area_board import AreaBoardQuery
from schema.points.closings import BoardClosingQuery
from schema.points.leaderboard import LeaderboardQuery, LeaderboardSubscription
from schema.points.points import PointsQuery
from schema.points.progress import HeadProgressQuery
from schema.points.rule_book import RewardRuleMutation, RewardRuleQuery
from schema.privacy import PrivacyMutation
from schema.reports.records import ServiceRecordQuery
from schema.reports.shop_reports import ShopReportQuery
from schema.roles.heads import HeadMutation
from schema.roles.households import HouseholdMutation
from schema.roles.officials import RoleMutation, RoleQuery
from schema.roster import RosterMutation
from schema.settlement.days import ShopDayQuery
from schema.settlement.statements import StatementMutation, StatementQuery
from schema.shops.change_requests import ShopChangeQuery
from schema.shops.mutations import ShopMutation
from schema.shops.types import ShopQuery
from schema.signals.alerts import ShopAlertSubscription
from schema.signals.signals import SignalMutation, SignalQuery
from schema.till.dispute_mutations import DisputeMutation
from schema.till.disputes import DisputeQuery
from schema.till.passes import PassMutation
from schema.till.preparations import PreparationMutation
from schema.till.redemptions import RedemptionMutation, RedemptionQuery, RedemptionSubscription
from schema.till.thanks import ThankMutation
from schema.webhooks.mutations import WebhookMutation
from schema.wishes.changes import WishSubscription
from schema.wishes.mutations import WishMutation
from schema.wishes.reversals import ReversalMutation
from schema.wishes.types import WishQuery


async def _node(
    self: Any,
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="全局编号。The global id.")],
) -> Any:
    return await resolve_node(info, str(id))


@strawberry.type
class NodeQuery:
    node: Node | None = field(
        PUBLIC, "按全局编号取对象；不存在或不可见为空。An object by its id; null when it does not exist for you.", _node
    )


# A part is a class whose fields are the root's.
QUERIES: tuple[type, ...] = (
    NodeQuery,
    ViewerQuery,
    PointsQuery,
    LeaderboardQuery,
    HeadProgressQuery,
    AreaBoardQuery,
    BoardClosingQuery,
    WishQuery,
    HeadQuery,
    HouseholdQuery,
    AuditQuery,
    RoleQuery,
    ShopQuery,
    ShopChangeQuery,
    AgreementQuery,
    DiscountQuery,
    DisputeQuery,
    RedemptionQuery,
    ShopDayQuery,
    ShopReportQuery,
    ServiceRecordQuery,
    RewardRuleQuery,
    StatementQuery,
    SignalQuery,
    HouseholdJoinQuery,
    ConsentQuery,
    SignInQuery,
    AreaQuery,
    SeasonQuery,
    HonourQuery,
    PointsEconomyQuery,
)
MUTATIONS: tuple[type, ...] = (
    WishMutation,
    HeadMutation,
    HouseholdMutation,
    RoleMutation,
    PassMutation,
    PreparationMutation,
    PrivacyMutation,
    RedemptionMutation,
    ReversalMutation,
    RewardRuleMutation,
    RosterMutation,
    SecondFactorMutation,
    SessionMutation,
    SignInMutation,
    OneUseCodeMutation,
    PhoneChangeMutation,
    WechatMutation,
    HouseholdJoinMutation,
    NotificationMutation,
    ShopMutation,
    AgreementMutation,
    StatementMutation,
    DiscountMutation,
    DisputeMutation,
    GrantMutation,
    ThankMutation,
    SignalMutation,
    WebhookMutation,
    ConsentMutation,
    SeasonMutation,
)

SUBSCRIPTIONS: tuple[type, ...] = (
    LeaderboardSubscription,
    NotificationSubscription,
    RedemptionSubscription,
    ShopAlertSubscription,
    WishSubscription,
)

Query = strawberry.type(merge_types("Query", QUERIES), description="查询。All reads begin here.")
Mutation = (
    strawberry.type(merge_types("Mutation", MUTATIONS), description="变更。Each changes one thing.")
    if MUTATIONS
    else None
)
Subscription = strawberry.type(
    merge_types("Subscription", SUBSCRIPTIONS), description="订阅。Notifications of changes, over a WebSocket."
)


def build() -> Schema:
    """Build the schema with its guards, once a process.

    Raises Undeclared when a description, or a field's declaration of access, is missing.
    """
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(sort_schema=True, scalar_map=SCALARS),
        extensions=[Prepared],
        execution_context_class=Execution,
    )
    drop_null_defaults(built._schema)
    mark_one_of(built._schema)
    declared.check(built._schema)
    return built

"""The GraphQL schema: a root put together from each noun's part, and what guards every operation."""

from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

import schema.enums  # noqa: F401  (registers the enums)
from schema import declared
from schema.audit import AuditQuery
from schema.context import Info
from schema.discount_mutations import DiscountMutation
from schema.discounts import DiscountQuery
from schema.dispute_mutations import DisputeMutation
from schema.disputes import DisputeQuery
from schema.execution import Execution, Prepared, Schema
from schema.head_mutations import HeadMutation
from schema.heads import HeadQuery
from schema.household_mutations import HouseholdMutation
from schema.households import HouseholdQuery
from schema.ids import Node, resolve_node
from schema.leaderboard import LeaderboardQuery, LeaderboardSubscription
from schema.passes import PassMutation
from schema.permissions import PUBLIC, field
from schema.points import PointsQuery
from schema.preparations import RedemptionMutation
from schema.redemptions import RedemptionQuery, RedemptionSubscription
from schema.reversals import ReversalMutation
from schema.reward_rules import RewardRuleMutation, RewardRuleQuery
from schema.roster import RosterMutation
from schema.scalars import SCALARS
from schema.sessions import SessionMutation
from schema.shop_alerts import ShopAlertSubscription
from schema.shop_changes import ShopChangeQuery
from schema.shop_mutations import ShopMutation
from schema.shops import ShopQuery
from schema.signals import SignalMutation, SignalQuery
from schema.statements import StatementMutation, StatementQuery
from schema.viewer import ViewerQuery
from schema.webhook_mutations import WebhookMutation
from schema.wish_changes import WishSubscription
from schema.wish_mutations import WishMutation
from schema.wishes import WishQuery


async def _node(
    self: Any,
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="全局编号。The global id.")],
) -> Any:
    return await resolve_node(info, str(id))


@strawberry.type
class NodeQuery:
    """The root's part about any object."""

    node: Node | None = field(
        PUBLIC, "按全局编号取对象;不存在或不可见为空。An object by its id; null when it does not exist for you.", _node
    )


# Each noun's part of the root; a part is a class whose fields are the root's.
QUERIES: tuple[type, ...] = (
    NodeQuery,
    ViewerQuery,
    PointsQuery,
    LeaderboardQuery,
    WishQuery,
    HeadQuery,
    HouseholdQuery,
    AuditQuery,
    ShopQuery,
    ShopChangeQuery,
    DiscountQuery,
    DisputeQuery,
    RedemptionQuery,
    RewardRuleQuery,
    StatementQuery,
    SignalQuery,
)
MUTATIONS: tuple[type, ...] = (
    WishMutation,
    HeadMutation,
    HouseholdMutation,
    PassMutation,
    RedemptionMutation,
    ReversalMutation,
    RewardRuleMutation,
    RosterMutation,
    SessionMutation,
    ShopMutation,
    StatementMutation,
    DiscountMutation,
    DisputeMutation,
    SignalMutation,
    WebhookMutation,
)

SUBSCRIPTIONS: tuple[type, ...] = (
    LeaderboardSubscription,
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
    merge_types("Subscription", SUBSCRIPTIONS), description="订阅。Word of changes, over a WebSocket."
)


def build() -> Schema:
    """The schema with what guards every operation. Built once a process.

    Raises Undeclared when anything in it lacks a description, or a field its declaration of who may have it.
    """
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(sort_schema=True, scalar_map=SCALARS),
        extensions=[Prepared],
        execution_context_class=Execution,
    )
    declared.check(built._schema)
    return built

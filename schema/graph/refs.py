"""Lazy references to the graph's types by name, so that files need no circular imports."""

# ruff: noqa: F821  (names of types that are not here)
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

if TYPE_CHECKING:  # the schema's own tests check what a field declares
    AreaRef = Any
    ContactRevealRef = Any
    DiscountRef = Any
    DisputeRef = Any
    HeadPointsRef = Any
    HouseholdRef = Any
    HouseholdHeadRef = Any
    PassRef = Any
    PointsEntryRef = Any
    RedemptionRef = Any
    RewardExplanationRef = Any
    ShopRef = Any
    ShopAlertRef = Any
    ShopApplicantRef = Any
    ShopChangeRef = Any
    ShopInvitationRef = Any
    ShopStaffRef = Any
    StatementRef = Any
    WebhookEndpointRef = Any
    WishRef = Any
else:
    AreaRef = Annotated["Area", strawberry.lazy("schema.people.areas")]
    ContactRevealRef = Annotated["ContactReveal", strawberry.lazy("schema.wishes.types")]
    DiscountRef = Annotated["Discount", strawberry.lazy("schema.discounts.types")]
    DisputeRef = Annotated["Dispute", strawberry.lazy("schema.till.disputes")]
    HeadPointsRef = Annotated["HeadPoints", strawberry.lazy("schema.points.points")]
    HouseholdRef = Annotated["Household", strawberry.lazy("schema.people.households")]
    HouseholdHeadRef = Annotated["HouseholdHead", strawberry.lazy("schema.people.heads")]
    PassRef = Annotated["Pass", strawberry.lazy("schema.till.passes")]
    PointsEntryRef = Annotated["PointsEntry", strawberry.lazy("schema.points.points")]
    RedemptionRef = Annotated["Redemption", strawberry.lazy("schema.till.redemptions")]
    RewardExplanationRef = Annotated["RewardExplanation", strawberry.lazy("schema.points.points")]
    ShopRef = Annotated["Shop", strawberry.lazy("schema.shops.types")]
    ShopAlertRef = Annotated["ShopAlert", strawberry.lazy("schema.signals.alerts")]
    ShopApplicantRef = Annotated["ShopApplicant", strawberry.lazy("schema.shops.staff")]
    ShopChangeRef = Annotated["ShopChange", strawberry.lazy("schema.shops.change_requests")]
    ShopInvitationRef = Annotated["ShopInvitation", strawberry.lazy("schema.shops.invitations")]
    ShopStaffRef = Annotated["ShopStaff", strawberry.lazy("schema.shops.staff")]
    StatementRef = Annotated["Statement", strawberry.lazy("schema.settlement.statements")]
    WebhookEndpointRef = Annotated["WebhookEndpoint", strawberry.lazy("schema.webhooks.types")]
    WishRef = Annotated["Wish", strawberry.lazy("schema.wishes.types")]

"""Lazy references to the graph's types by name, so that files need no circular imports."""

# ruff: noqa: F821  (names of types that are not here)
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

if TYPE_CHECKING:  # the schema's own tests check what a field declares
    AreaRef = Any
    BoardClosingRef = Any
    ConsentRef = Any
    ContactRevealRef = Any
    DiscountRef = Any
    DisputeRef = Any
    GrantRef = Any
    HeadPointsRef = Any
    HouseholdRef = Any
    HouseholdHeadRef = Any
    HouseholdJoinRef = Any
    LeaderboardRef = Any
    NominationRef = Any
    NotificationRef = Any
    NotificationSettingsRef = Any
    ObstacleRef = Any
    PassRef = Any
    PointsEntryRef = Any
    RedemptionRef = Any
    RewardExplanationRef = Any
    RewardRuleRef = Any
    SeasonRef = Any
    SeasonObjectionRef = Any
    SecondFactorRef = Any
    ShopRef = Any
    ShopAlertRef = Any
    ShopApplicantRef = Any
    ShopChangeRef = Any
    ShopDayRef = Any
    ShopInvitationRef = Any
    ShopStaffRef = Any
    StatementRef = Any
    StatementMonthRef = Any
    ViewerRef = Any
    WebhookEndpointRef = Any
    WishRef = Any
else:
    AreaRef = Annotated["Area", strawberry.lazy("schema.people.areas")]
    BoardClosingRef = Annotated["BoardClosing", strawberry.lazy("schema.points.closings")]
    ConsentRef = Annotated["Consent", strawberry.lazy("schema.consents")]
    ContactRevealRef = Annotated["ContactReveal", strawberry.lazy("schema.wishes.types")]
    DiscountRef = Annotated["Discount", strawberry.lazy("schema.discounts.types")]
    DisputeRef = Annotated["Dispute", strawberry.lazy("schema.till.disputes")]
    GrantRef = Annotated["Grant", strawberry.lazy("schema.grants.grants")]
    HeadPointsRef = Annotated["HeadPoints", strawberry.lazy("schema.points.points")]
    HouseholdRef = Annotated["Household", strawberry.lazy("schema.people.households")]
    HouseholdHeadRef = Annotated["HouseholdHead", strawberry.lazy("schema.people.heads")]
    HouseholdJoinRef = Annotated["HouseholdJoin", strawberry.lazy("schema.entry.joins")]
    LeaderboardRef = Annotated["Leaderboard", strawberry.lazy("schema.points.leaderboard")]
    NominationRef = Annotated["Nomination", strawberry.lazy("schema.honours.nominations")]
    NotificationRef = Annotated["Notification", strawberry.lazy("schema.notices.types")]
    NotificationSettingsRef = Annotated["NotificationSettings", strawberry.lazy("schema.notices.types")]
    ObstacleRef = Annotated["Obstacle", strawberry.lazy("schema.till.passes")]
    PassRef = Annotated["Pass", strawberry.lazy("schema.till.passes")]
    PointsEntryRef = Annotated["PointsEntry", strawberry.lazy("schema.points.points")]
    RedemptionRef = Annotated["Redemption", strawberry.lazy("schema.till.redemptions")]
    RewardExplanationRef = Annotated["RewardExplanation", strawberry.lazy("schema.points.points")]
    RewardRuleRef = Annotated["RewardRule", strawberry.lazy("schema.points.rule_book")]
    SeasonRef = Annotated["Season", strawberry.lazy("schema.honours.seasons")]
    SeasonObjectionRef = Annotated["SeasonObjection", strawberry.lazy("schema.honours.nominations")]
    SecondFactorRef = Annotated["SecondFactor", strawberry.lazy("schema.entry.second_factor")]
    ShopRef = Annotated["Shop", strawberry.lazy("schema.shops.types")]
    ShopAlertRef = Annotated["ShopAlert", strawberry.lazy("schema.signals.alerts")]
    ShopApplicantRef = Annotated["ShopApplicant", strawberry.lazy("schema.shops.staff")]
    ShopChangeRef = Annotated["ShopChange", strawberry.lazy("schema.shops.change_requests")]
    ShopDayRef = Annotated["ShopDay", strawberry.lazy("schema.settlement.days")]
    ShopInvitationRef = Annotated["ShopInvitation", strawberry.lazy("schema.shops.invitations")]
    ShopStaffRef = Annotated["ShopStaff", strawberry.lazy("schema.shops.staff")]
    StatementRef = Annotated["Statement", strawberry.lazy("schema.settlement.statements")]
    StatementMonthRef = Annotated["StatementMonth", strawberry.lazy("schema.settlement.statements")]
    ViewerRef = Annotated["Viewer", strawberry.lazy("schema.accounts.viewer")]
    WebhookEndpointRef = Annotated["WebhookEndpoint", strawberry.lazy("schema.webhooks.types")]
    WishRef = Annotated["Wish", strawberry.lazy("schema.wishes.types")]

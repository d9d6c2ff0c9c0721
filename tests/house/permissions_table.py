"""Who gets what: every field and every mutation of the schema for every role, in its own and in foreign scope.

Written by hand from the design, never from the code. `test_permissions` executes all of it, and fails for a field or
a mutation of the schema that has no row here.

The scene: in community A, household 0 belongs to head 0. Its wishes are dispatched to head 0, who spends points at
A's shop. The plain actors belong to exactly these: of the shop's staff the owner runs it, and the cashier
works at its till; the neighbours live and work beside them in the same grid; the
foreign ones belong to community B. The stranger has an account without any membership.
"""

ANONYMOUS = "anonymous"
STRANGER = "stranger"
RESIDENT, NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT = "resident", "neighbour resident", "foreign resident"
HEAD, NEIGHBOUR_HEAD, FOREIGN_HEAD = "head", "neighbour head", "foreign head"
WORKER, FOREIGN_WORKER = "grid worker", "foreign grid worker"
STAFF, FOREIGN_STAFF = "staff", "foreign staff"
OWNER, FOREIGN_OWNER = "owner", "foreign owner"
CASHIER, FOREIGN_CASHIER = "cashier", "foreign cashier"
ADMIN, FOREIGN_ADMIN = "admin", "foreign admin"
AUDITOR, FOREIGN_AUDITOR = "auditor", "foreign auditor"

RESIDENTS = {RESIDENT, NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT}
HEADS = {HEAD, NEIGHBOUR_HEAD, FOREIGN_HEAD}
OWNERS, CASHIERS = {OWNER, FOREIGN_OWNER}, {CASHIER, FOREIGN_CASHIER}
SHOP_STAFF = OWNERS | CASHIERS
OVERSIGHT = {WORKER, STAFF, ADMIN, AUDITOR}
CONTROL = {ADMIN, AUDITOR}
# Whoever looks after an area, each after another.
OVERSIGHT_ANYWHERE = {*OVERSIGHT, FOREIGN_WORKER, FOREIGN_STAFF, FOREIGN_ADMIN, FOREIGN_AUDITOR}
# Whoever administers or audits anything: the rule by which points are paid is everybody's.
CONTROL_ANYWHERE = {*CONTROL, FOREIGN_ADMIN, FOREIGN_AUDITOR}
SIGNED_IN = {
    STRANGER,
    *RESIDENTS,
    *HEADS,
    *SHOP_STAFF,
    *OVERSIGHT,
    FOREIGN_WORKER,
    FOREIGN_STAFF,
    FOREIGN_ADMIN,
    FOREIGN_AUDITOR,
}
EVERYBODY = {ANONYMOUS, *SIGNED_IN}

# The wish and its household: the household, the head who has it, and those who work above.
STORY = {RESIDENT, HEAD, *OVERSIGHT}
# The request of a neighbour to belong to the household.
JOIN = {NEIGHBOUR_RESIDENT, HEAD, *OVERSIGHT}
# Who was shown the address or the phone: the household's to know, and of those who would be asked about it.
REVEAL_LOG = {RESIDENT, STAFF, AUDITOR}
# Points are the head's own business, and of those who answer for them.
POINTS = {HEAD, *CONTROL}
# A redemption: both sides of the till, and those who answer for the points.
TILL = {HEAD, OWNER, CASHIER, *CONTROL}
# Who stands behind the shop's till.
BEHIND_TILL = {OWNER, CASHIER}
# A shop's day, and its books.
DAY = {OWNER, CASHIER, *CONTROL}
BOOKS = {OWNER, *CONTROL}
# That many codes typed in a shop were wrong: its own, and those above who look after shops.
ALERTED = {STAFF, *BOOKS}
CODE_SIGNALS = {STAFF, *CONTROL}
# Whoever has shops to look after, each those of the own scope.
SHOP_MANAGERS = {STAFF, FOREIGN_STAFF, ADMIN, FOREIGN_ADMIN, AUDITOR, FOREIGN_AUDITOR}
# An agreement of the community: its partner's owner, and those above who look after shops.
AGREEING = {STAFF, *BOOKS}
DISPATCHERS = {WORKER, STAFF}
MANAGERS_HERE = {WORKER, STAFF, ADMIN}
# Of the scene's notifications: one's own alone.
NOTIFIED = {RESIDENT, HEAD, OWNER}
# Whoever may import a roster, each into the own scope; and for whom the scene's lies inside.
# Who works above a whole community.
ABOVE = {STAFF, ADMIN, AUDITOR}
IMPORTERS, IMPORTERS_HERE = {STAFF, FOREIGN_STAFF, ADMIN, FOREIGN_ADMIN}, {STAFF, ADMIN}

# Who decides about seasons of the community.
DECIDERS = {STAFF, ADMIN}
# Who lives or works there.
MEMBERS = {RESIDENT, NEIGHBOUR_RESIDENT, HEAD, NEIGHBOUR_HEAD, WORKER, STAFF, ADMIN}
# The scene's nominees: the head, who no longer consents to be named, the neighbour head, and the neighbour's household.
NOMINEES = {HEAD, NEIGHBOUR_HEAD, NEIGHBOUR_RESIDENT}
# The resident objects to the neighbour head's nomination.
OBJECTION = {RESIDENT, NEIGHBOUR_HEAD, *ABOVE}

# Who gets a value from at least one of the scene's objects.
FIELDS: dict[str, set[str]] = {
    # In force, it is everybody's to know; its text, and what became of it, its two sides' and of those above.
    **{f"Agreement.{name}": EVERYBODY for name in ("area", "id", "partner", "signedOn", "state", "title", "until")},
    "Agreement.availableActions": {OWNER, STAFF, ADMIN},
    **{
        f"Agreement.{name}": AGREEING
        for name in (
            "areaSignedAt",
            "areaSignedByName",
            "draftedAt",
            "endedAt",
            "endedReason",
            "facts",
            "partnerSignedAt",
            "partnerSignedByName",
            "revision",
            "text",
        )
    },
    "AgreementFacts.redemptions": AGREEING,
    "AgreementFacts.wishesHelped": AGREEING,
    #
    "Area.children": EVERYBODY,
    "Area.heads": OVERSIGHT,
    "Area.households": OVERSIGHT,
    "Area.id": EVERYBODY,
    "Area.kind": EVERYBODY,
    "Area.leaderboard": EVERYBODY,
    "Area.name": EVERYBODY,
    "Area.parent": EVERYBODY,
    "Area.shops": EVERYBODY,
    "Area.wishes": OVERSIGHT,
    #
    **{f"AreaBoard.{name}": EVERYBODY for name in ("area", "endsAt", "period", "startsAt", "whole")},
    # Of a community its grids, for who works there.
    "AreaBoard.rows": OVERSIGHT,
    #
    **{f"AreaFigures.{name}": EVERYBODY for name in ("households", "rate", "wishes")},
    #
    # That an area is above is told to all; by how much, and that one is below, to who works in or above it.
    **{f"AreaRow.{name}": OVERSIGHT for name in ("area", "band", "households")},
    **{f"AreaRow.{name}": OVERSIGHT for name in ("expected", "least", "most", "previous", "rate", "wishes")},
    # A closed board of the scene has fewer than 5 heads, as the live one.
    **{
        f"BoardClosing.{name}": EVERYBODY
        for name in (
            "area",
            "closedAt",
            "corrections",
            "endsAt",
            "id",
            "participants",
            "period",
            "previousSha256",
            "scored",
            "sha256",
            "sparse",
            "startsAt",
        )
    },
    "BoardClosing.errata": ABOVE,
    "BoardClosing.me": {HEAD},
    "BoardClosing.places": ABOVE,
    #
    **{
        f"BoardErratum.{name}": ABOVE
        for name in (
            "at",
            "cause",
            "fromPoints",
            "fromRank",
            "head",
            "number",
            "position",
            "sha256",
            "toPoints",
            "toRank",
        )
    },
    #
    **{
        f"BoardPlace.{name}": {HEAD, *ABOVE}
        for name in (
            "correctedPoints",
            "correctedRank",
            "head",
            "households",
            "isMe",
            "key",
            "points",
            "position",
            "rank",
            "reachedAt",
            "wishes",
            "withdrawn",
        )
    },
    #
    "CategoryPoints.category": EVERYBODY,
    "CategoryPoints.points": EVERYBODY,
    #
    "CategoryTrial.category": CONTROL_ANYWHERE,
    "CategoryTrial.sums": CONTROL_ANYWHERE,
    #
    # The audit is the whole district's.
    "AuditDetail.name": {AUDITOR},
    "AuditDetail.value": {AUDITOR},
    #
    "AuditEntry.accountId": {AUDITOR},
    "AuditEntry.action": {AUDITOR},
    "AuditEntry.details": {AUDITOR},
    "AuditEntry.node": {AUDITOR},
    "AuditEntry.occurredAt": {AUDITOR},
    "AuditEntry.subject": {AUDITOR},
    "AuditEntry.subjectId": {AUDITOR},
    "AuditEntry.who": {AUDITOR},
    #
    "Contact.kind": {HEAD},
    "Contact.name": {HEAD},
    "Contact.value": {HEAD},
    #
    **{f"Consent.{name}": {RESIDENT} for name in ("current", "givenAt", "kind", "text", "version", "withdrawnAt")},
    **{f"ConsentText.{name}": EVERYBODY for name in ("kind", "required", "text", "version")},
    #
    "ContactReveal.kind": REVEAL_LOG,
    "ContactReveal.revealedAt": REVEAL_LOG,
    "ContactReveal.shownTo": REVEAL_LOG,
    "ContactReveal.wish": REVEAL_LOG,
    #
    "Discount.audience": EVERYBODY,
    "Discount.availableActions": {OWNER, ADMIN},
    "Discount.benefit": EVERYBODY,
    "Discount.costPoints": EVERYBODY,
    "Discount.grantable": BOOKS,
    "Discount.grants": CONTROL,
    "Discount.hours": EVERYBODY,
    "Discount.id": EVERYBODY,
    "Discount.limitPerDay": EVERYBODY,
    "Discount.limitPerMonth": EVERYBODY,
    "Discount.limitTotal": EVERYBODY,
    "Discount.minSpendFen": EVERYBODY,
    "Discount.minStarLevel": EVERYBODY,
    "Discount.obstacle": HEADS,
    "Discount.promised": BOOKS,
    "Discount.seriesId": EVERYBODY,
    "Discount.shop": EVERYBODY,
    "Discount.state": EVERYBODY,
    "Discount.stateReason": BOOKS,
    "Discount.stockLeft": EVERYBODY,
    "Discount.stockTotal": EVERYBODY,
    "Discount.submittedAt": BOOKS,
    "Discount.summary": EVERYBODY,
    "Discount.title": EVERYBODY,
    "Discount.validFrom": EVERYBODY,
    "Discount.validUntil": EVERYBODY,
    "Discount.version": EVERYBODY,
    "Discount.versions": BOOKS,
    "Discount.weekdays": EVERYBODY,
    #
    "DiscountHours.from": EVERYBODY,
    "DiscountHours.until": EVERYBODY,
    #
    "AmountOff.amountFen": EVERYBODY,
    "Gift.name": EVERYBODY,
    "PercentOff.maxSavedFen": EVERYBODY,
    "PercentOff.percent": EVERYBODY,
    #
    # Both sides know of it and what was decided; what the head wrote is not for the shop.
    "Dispute.availableActions": {ADMIN},
    "Dispute.correction": BOOKS,
    "Dispute.correctionDay": TILL,
    "Dispute.decidedAt": TILL,
    "Dispute.decisionReason": TILL,
    "Dispute.id": TILL,
    "Dispute.openedAt": TILL,
    "Dispute.reason": POINTS,
    "Dispute.redemption": TILL,
    "Dispute.shop": TILL,
    "Dispute.state": TILL,
    #
    "DispatchCandidate.averageRating": DISPATCHERS,
    "DispatchCandidate.head": DISPATCHERS,
    "DispatchCandidate.lastOfferedAt": DISPATCHERS,
    "DispatchCandidate.openLoad": DISPATCHERS,
    "DispatchCandidate.ownHead": DISPATCHERS,
    "DispatchCandidate.recentOffers": DISPATCHERS,
    #
    "HeadPoints.available": POINTS,
    "HeadPoints.debt": POINTS,
    "HeadPoints.held": POINTS,
    "HeadPoints.pending": POINTS,
    #
    # A dry run is about the heads within one's reach.
    "HeadTrial.head": CONTROL,
    "HeadTrial.sums": CONTROL,
    #
    "Household.address": STORY,
    "Household.availableActions": {RESIDENT, HEAD, *MANAGERS_HERE},
    "Household.building": STORY,
    "Household.code": STORY,
    "Household.contactName": STORY,
    "Household.contactReveals": REVEAL_LOG,
    "Household.grid": STORY,
    "Household.head": STORY,
    "Household.id": STORY,
    "Household.wishes": STORY,
    #
    # The request of a neighbour to belong to it: of the household the neighbour is shown nothing, of the neighbour's
    # phone the head nothing.
    "HouseholdJoin.availableActions": {NEIGHBOUR_RESIDENT, HEAD, *DISPATCHERS},
    "HouseholdJoin.createdAt": JOIN,
    "HouseholdJoin.decidedAt": JOIN,
    "HouseholdJoin.expiresAt": JOIN,
    "HouseholdJoin.household": {HEAD, *OVERSIGHT},
    "HouseholdJoin.id": JOIN,
    "HouseholdJoin.name": JOIN,
    "HouseholdJoin.phone": OVERSIGHT,
    "HouseholdJoin.state": JOIN,
    "HouseholdJoin.vouchedAt": {HEAD, *OVERSIGHT},
    "HouseholdJoin.vouchedByName": {HEAD, *OVERSIGHT},
    #
    "Grant.availableActions": {ADMIN},
    **{
        f"Grant.{name}": POINTS
        for name in (
            "discount",
            "givenAt",
            "head",
            "id",
            "left",
            "note",
            "quantity",
            "revokeReason",
            "revokedAt",
            "source",
            "state",
            "used",
            "validFrom",
            "validUntil",
        )
    },
    #
    # One's own alone: of each of the heads.
    "HeadProgress.accepted": HEADS,
    "HeadProgress.bestMonth": {HEAD},
    "HeadProgress.lastMonth": HEADS,
    "HeadProgress.offered": HEADS,
    "HeadProgress.thisMonth": HEADS,
    #
    "MonthDone.households": HEADS,
    "MonthDone.month": HEADS,
    "MonthDone.points": HEADS,
    "MonthDone.wishes": HEADS,
    #
    "HouseholdHead.availableActions": {HEAD, *MANAGERS_HERE},
    "HouseholdHead.grants": POINTS,
    "HouseholdHead.honours": {HEAD, *ABOVE},
    "HouseholdHead.grid": STORY,
    "HouseholdHead.households": STORY,
    "HouseholdHead.id": STORY,
    "HouseholdHead.leftAt": OVERSIGHT,  # of another head, who has left; the own is below
    "HouseholdHead.name": STORY,
    "HouseholdHead.onBoard": {HEAD, *OVERSIGHT},
    "HouseholdHead.passes": {HEAD},
    "HouseholdHead.points": POINTS,
    "HouseholdHead.pointsEntries": POINTS,
    "HouseholdHead.rankBoard": POINTS,
    "HouseholdHead.rank": POINTS,
    "HouseholdHead.redemptions": POINTS,
    "HouseholdHead.starLevel": STORY,
    "HouseholdHead.stateReason": OVERSIGHT,
    "HouseholdHead.suspendedAt": OVERSIGHT,
    "HouseholdHead.wishes": STORY,
    #
    "Leaderboard.area": EVERYBODY,
    "Leaderboard.closing": EVERYBODY,
    "Leaderboard.endsAt": EVERYBODY,
    # On the scene's boards are fewer than 5 heads: nobody reads their places but who works above.
    "Leaderboard.around": set(),
    "Leaderboard.entries": OVERSIGHT,
    "Leaderboard.id": EVERYBODY,
    "Leaderboard.me": {HEAD},
    "Leaderboard.measure": EVERYBODY,
    "Leaderboard.nextReset": EVERYBODY,
    "Leaderboard.participants": EVERYBODY,
    "Leaderboard.period": EVERYBODY,
    "Leaderboard.scored": EVERYBODY,
    "Leaderboard.serverTime": EVERYBODY,
    "Leaderboard.sparse": EVERYBODY,
    "Leaderboard.startsAt": EVERYBODY,
    "Leaderboard.state": EVERYBODY,
    "Leaderboard.together": EVERYBODY,
    "Leaderboard.version": EVERYBODY,
    #
    "LeaderboardBest.period": {HEAD},
    "LeaderboardBest.points": {HEAD},
    "LeaderboardBest.startsAt": {HEAD},
    #
    "LeaderboardChange.area": EVERYBODY,
    "LeaderboardChange.changedAt": EVERYBODY,
    "LeaderboardChange.period": EVERYBODY,
    "LeaderboardChange.version": EVERYBODY,
    #
    "LeaderboardEntry.correctedRank": ABOVE,
    "LeaderboardEntry.head": OVERSIGHT,
    "LeaderboardEntry.households": OVERSIGHT,
    "LeaderboardEntry.isMe": OVERSIGHT,
    "LeaderboardEntry.key": OVERSIGHT,
    "LeaderboardEntry.points": OVERSIGHT,
    "LeaderboardEntry.previousRank": OVERSIGHT,
    "LeaderboardEntry.rank": OVERSIGHT,
    "LeaderboardEntry.wishes": OVERSIGHT,
    #
    "LeaderboardHead.areaName": {HEAD, *OVERSIGHT},
    "LeaderboardHead.displayName": {HEAD, *OVERSIGHT},
    #
    "LeaderboardPrevious.wishes": EVERYBODY,
    #
    "LeaderboardStanding.aheadOf": {HEAD},
    "LeaderboardStanding.band": {HEAD},
    "LeaderboardStanding.best": {HEAD},
    "LeaderboardStanding.households": {HEAD},
    "LeaderboardStanding.movement": {HEAD},
    "LeaderboardStanding.points": {HEAD},
    "LeaderboardStanding.previousRank": {HEAD},
    "LeaderboardStanding.rank": {HEAD},
    "LeaderboardStanding.toNext": {HEAD},
    "LeaderboardStanding.wishes": {HEAD},
    #
    "LeaderboardTogether.heads": EVERYBODY,
    "LeaderboardTogether.households": EVERYBODY,
    "LeaderboardTogether.perThousandHouseholds": EVERYBODY,
    "LeaderboardTogether.previous": EVERYBODY,
    "LeaderboardTogether.wishes": EVERYBODY,
    #
    # Of a grid worker's role. Nobody but an administrator above ends it.
    "Membership.area": {STAFF, *CONTROL},
    "Membership.availableActions": {ADMIN},
    "Membership.endReason": {STAFF, *CONTROL},
    "Membership.grantedAt": {STAFF, *CONTROL},
    "Membership.id": {STAFF, *CONTROL},
    "Membership.name": {STAFF, *CONTROL},
    "Membership.phone": {STAFF, *CONTROL},
    "Membership.revokedAt": {STAFF, *CONTROL},
    "Membership.role": {STAFF, *CONTROL},
    #
    **{f"Obstacle.{name}": HEADS for name in ("code", "message", "retryAt")},
    #
    "Pass.algorithm": {HEAD},
    "Pass.availableActions": {HEAD},
    "Pass.code": {HEAD},
    "Pass.discount": {HEAD},
    "Pass.expiresAt": {HEAD},
    "Pass.id": {HEAD},
    "Pass.issuedAt": {HEAD},
    "Pass.obstacle": {HEAD},
    "Pass.qrSvg": {HEAD},
    "Pass.redemption": {HEAD},
    "Pass.secret": {HEAD},
    "Pass.serverTime": {HEAD},
    "Pass.shop": {HEAD},
    "Pass.shortCode": {HEAD},
    "Pass.state": {HEAD},
    "Pass.stepSeconds": {HEAD},
    #
    #
    # One's notifications are one's own, and lead to what one sees anyway.
    "MessageTemplate.kinds": SIGNED_IN,
    "MessageTemplate.remaining": SIGNED_IN,
    "MessageTemplate.templateId": SIGNED_IN,
    #
    **{
        f"Nomination.{name}": EVERYBODY
        for name in (
            "community",
            "consentedAt",
            "evidence",
            "honouredAt",
            "honouredUntil",
            "id",
            "name",
            "proposedAt",
            "season",
            "state",
            "subject",
            "supported",
            "supports",
        )
    },
    "Nomination.availableActions": {NEIGHBOUR_HEAD, NEIGHBOUR_RESIDENT, *DECIDERS},
    "Nomination.consentWithdrawnAt": {HEAD, *ABOVE},
    "Nomination.decidedAt": {HEAD, NEIGHBOUR_HEAD, *ABOVE},
    "Nomination.decision": {HEAD, NEIGHBOUR_HEAD, *ABOVE},
    "Nomination.evidenceUntil": {HEAD, NEIGHBOUR_HEAD, *ABOVE},
    "Nomination.head": {HEAD, NEIGHBOUR_HEAD, NEIGHBOUR_RESIDENT, *OVERSIGHT},
    "Nomination.household": {NEIGHBOUR_HEAD, NEIGHBOUR_RESIDENT, *OVERSIGHT},
    "Nomination.objections": OBJECTION,
    "Nomination.reason": {*NOMINEES, *ABOVE},
    "Nomination.revokeReason": {NEIGHBOUR_HEAD, *ABOVE},
    "Nomination.revokedAt": {NEIGHBOUR_HEAD, *ABOVE},
    "Nomination.unmet": {NEIGHBOUR_HEAD, *ABOVE},
    #
    **{
        f"NominationEvidence.{name}": EVERYBODY
        for name in ("averageStars", "households", "months", "ratings", "reversals", "suspended", "wishes")
    },
    #
    "Notification.availableActions": NOTIFIED,
    "Notification.createdAt": NOTIFIED,
    "Notification.dispute": {HEAD},
    "Notification.grant": {HEAD},
    "Notification.id": NOTIFIED,
    "Notification.kind": NOTIFIED,
    "Notification.nomination": {HEAD},
    "Notification.objection": {RESIDENT},
    "Notification.readAt": {RESIDENT},
    "Notification.redemption": {HEAD},
    "Notification.shop": {OWNER},
    "Notification.text": NOTIFIED,
    "Notification.title": NOTIFIED,
    "Notification.wish": {RESIDENT, HEAD},
    #
    "NotificationChange.changedAt": {RESIDENT, HEAD},
    "NotificationChange.notifications": {RESIDENT, HEAD},
    "NotificationChange.reload": {RESIDENT, HEAD},
    "NotificationChange.unreadNotifications": {RESIDENT, HEAD},
    #
    "NotificationSettings.sms": SIGNED_IN,
    "NotificationSettings.templates": SIGNED_IN,
    "NotificationSettings.wechat": SIGNED_IN,
    "NotificationSettings.wechatBound": SIGNED_IN,
    #
    # What the whole area's points come to: for who answers for them.
    **{
        f"PointsEconomy.{name}": CONTROL
        for name in (
            "area",
            "asOf",
            "available",
            "cheapestCost",
            "debt",
            "heads",
            "headsAble",
            "headsEver",
            "held",
            "issued",
            "medianCost",
            "month",
            "monthsOfSupply",
            "offers",
            "outstanding",
            "pending",
            "remaining",
            "returned",
            "reversed",
            "shareAble",
            "shareEver",
            "shopsUnlimited",
            "spent",
        )
    },
    #
    "PointsEntry.balance": POINTS,
    "PointsEntry.createdAt": POINTS,
    "PointsEntry.debt": POINTS,
    "PointsEntry.debtPoints": POINTS,
    "PointsEntry.head": POINTS,
    "PointsEntry.id": POINTS,
    "PointsEntry.kind": POINTS,
    "PointsEntry.points": POINTS,
    "PointsEntry.reason": POINTS,
    "PointsEntry.redemption": POINTS,
    "PointsEntry.wish": POINTS,
    #
    "Preparation.availableActions": BEHIND_TILL,
    "Preparation.billFen": BEHIND_TILL,
    "Preparation.costPoints": BEHIND_TILL,
    "Preparation.discount": BEHIND_TILL,
    "Preparation.expiresAt": BEHIND_TILL,
    "Preparation.headName": BEHIND_TILL,
    "Preparation.payableFen": BEHIND_TILL,
    "Preparation.savedFen": BEHIND_TILL,
    "Preparation.serverTime": BEHIND_TILL,
    "Preparation.shop": BEHIND_TILL,
    "Preparation.token": BEHIND_TILL,
    #
    "Query.agreements": EVERYBODY,
    "Query.areaBoard": EVERYBODY,
    "Query.auditEntries": {AUDITOR},
    "Query.boardClosings": EVERYBODY,
    "Query.consentTexts": EVERYBODY,
    "Query.discountsToApprove": CONTROL,
    "Query.discountsToGrant": CONTROL,
    "Query.disputes": CONTROL,
    "Query.district": EVERYBODY,
    "Query.explainReward": POINTS,
    "Query.headProgress": HEADS,
    "Query.heads": OVERSIGHT,
    "Query.honourRoll": EVERYBODY,
    "Query.householdJoinsToConfirm": {HEAD, *OVERSIGHT},
    "Query.households": OVERSIGHT,
    "Query.leaderboard": EVERYBODY,
    "Query.node": EVERYBODY,
    "Query.partners": EVERYBODY,
    "Query.phoneCodes": EVERYBODY,
    "Query.pointsEconomy": CONTROL,
    "Query.redemptionByRequestNo": BEHIND_TILL,
    "Query.roles": SHOP_MANAGERS,
    "Query.rewardRuleTrial": CONTROL_ANYWHERE,
    "Query.rewardRules": EVERYBODY,
    "Query.seasons": EVERYBODY,
    "Query.serviceRecord": HEADS,
    "Query.serviceRecordVerify": EVERYBODY,
    "Query.shopDay": DAY,
    "Query.shopReport": DAY,
    "Query.shopChangesToApprove": CONTROL,
    "Query.shops": EVERYBODY,
    "Query.shopsThanked": EVERYBODY,
    "Query.shopsToManage": SHOP_MANAGERS,
    "Query.statementFile": BOOKS,
    "Query.statementMonth": BOOKS,
    "Query.statements": CONTROL,
    "Query.signals": {STAFF, *CONTROL},
    "Query.viewer": SIGNED_IN,
    "Query.wishes": OVERSIGHT,
    #
    "Redemption.availableActions": {HEAD, *BEHIND_TILL},
    "Redemption.billFen": TILL,
    "Redemption.confirmedAt": TILL,
    "Redemption.costPoints": TILL,
    "Redemption.discount": TILL,
    "Redemption.dispute": TILL,
    "Redemption.head": POINTS,
    "Redemption.headName": TILL,
    "Redemption.id": TILL,
    "Redemption.pass": {HEAD},
    "Redemption.payableFen": TILL,
    "Redemption.pointsEntries": POINTS,
    "Redemption.revocableUntil": TILL,
    "Redemption.revokeReason": TILL,
    "Redemption.revokedAt": TILL,
    "Redemption.savedFen": TILL,
    "Redemption.shop": TILL,
    "Redemption.state": TILL,
    "Redemption.statement": BOOKS,
    "Redemption.statementDay": TILL,
    "Redemption.thankedWith": {HEAD},  # the shop learns sums alone
    #
    # Word comes to those whose own it is, not to whoever may read it.
    "RedemptionChange.changedAt": {HEAD, *BEHIND_TILL},
    "RedemptionChange.redemptions": {HEAD, *BEHIND_TILL},
    "RedemptionChange.reload": {HEAD, *BEHIND_TILL},
    #
    "RewardCap.cut": POINTS,
    "RewardCap.limit": POINTS,
    "RewardCap.used": POINTS,
    #
    "RewardExplanation.availableActions": {ADMIN},
    "RewardExplanation.base": POINTS,
    "RewardExplanation.bonus": POINTS,
    "RewardExplanation.category": POINTS,
    "RewardExplanation.completedAt": POINTS,
    "RewardExplanation.dailyCap": POINTS,
    "RewardExplanation.entry": POINTS,
    "RewardExplanation.head": POINTS,
    "RewardExplanation.lines": POINTS,
    "RewardExplanation.monthlyHouseholdCap": POINTS,
    "RewardExplanation.points": POINTS,
    "RewardExplanation.postedAt": POINTS,
    "RewardExplanation.ratingSource": POINTS,
    "RewardExplanation.reversalReason": POINTS,
    "RewardExplanation.reversedAt": POINTS,
    "RewardExplanation.reversedAvailable": POINTS,
    "RewardExplanation.reversedDebt": POINTS,
    "RewardExplanation.rule": POINTS,
    "RewardExplanation.ruleVersion": POINTS,
    "RewardExplanation.sameHousehold": POINTS,
    "RewardExplanation.stars": POINTS,
    "RewardExplanation.state": POINTS,
    "RewardExplanation.wish": POINTS,
    #
    "RewardRule.author": CONTROL_ANYWHERE,
    "RewardRule.availableActions": {ADMIN},
    "RewardRule.base": EVERYBODY,
    "RewardRule.bonus": EVERYBODY,
    "RewardRule.createdAt": EVERYBODY,
    "RewardRule.dailyCap": EVERYBODY,
    "RewardRule.effectiveFrom": EVERYBODY,
    "RewardRule.id": EVERYBODY,
    "RewardRule.inForce": EVERYBODY,
    "RewardRule.monthlyHouseholdCap": EVERYBODY,
    "RewardRule.note": CONTROL_ANYWHERE,
    "RewardRule.version": EVERYBODY,
    "RewardRule.withdrawnAt": EVERYBODY,
    #
    "RewardRuleTrial.capped": CONTROL_ANYWHERE,
    "RewardRuleTrial.categories": CONTROL_ANYWHERE,
    "RewardRuleTrial.heads": CONTROL,
    "RewardRuleTrial.month": CONTROL_ANYWHERE,
    "RewardRuleTrial.waiting": CONTROL_ANYWHERE,
    "RewardRuleTrial.whole": CONTROL_ANYWHERE,
    "RewardRuleTrial.wouldCap": CONTROL_ANYWHERE,
    #
    **{
        f"Season.{name}": EVERYBODY
        for name in (
            "area",
            "basis",
            "benefit",
            "benefitQuantity",
            "benefitValidDays",
            "cancelReason",
            "cancelledAt",
            "concludedAt",
            "criteria",
            "deedsFrom",
            "deedsUntil",
            "id",
            "nominateFrom",
            "nominateUntil",
            "nominations",
            "noticeDays",
            "noticeUntil",
            "openedAt",
            "publishedAt",
            "quota",
            "reviewedAt",
            "rule",
            "state",
            "subject",
            "title",
        )
    },
    "Season.availableActions": MEMBERS,
    "Season.candidates": DECIDERS,
    "Season.openObjections": OBJECTION,
    "Season.shortlisted": ABOVE,
    "Season.supported": {RESIDENT},
    "Season.undecided": ABOVE,
    #
    "SeasonCandidate.evidence": DECIDERS,
    "SeasonCandidate.head": DECIDERS,
    #
    **{
        f"SeasonObjection.{name}": OBJECTION
        for name in ("answer", "answeredAt", "id", "kind", "nomination", "state", "submittedAt", "text")
    },
    "SeasonObjection.availableActions": DECIDERS,
    "SeasonObjection.requesterName": {RESIDENT, *ABOVE},
    #
    **{f"SeasonRule.{name}": EVERYBODY for name in ("averageTenths", "households", "months", "ratings", "wishes")},
    #
    "RewardSums.difference": CONTROL_ANYWHERE,
    "RewardSums.paid": CONTROL_ANYWHERE,
    "RewardSums.wishes": CONTROL_ANYWHERE,
    "RewardSums.wouldPay": CONTROL_ANYWHERE,
    #
    "RosterChange.columns": IMPORTERS_HERE,
    "RosterChange.row": IMPORTERS_HERE,
    "RosterChange.sheet": IMPORTERS_HERE,
    "RosterChange.what": IMPORTERS_HERE,
    #
    "RosterNote.column": IMPORTERS,
    "RosterNote.count": IMPORTERS,
    "RosterNote.message": IMPORTERS,
    "RosterNote.rows": IMPORTERS,
    "RosterNote.sheet": IMPORTERS,
    "RosterNote.value": IMPORTERS,
    #
    "RosterProblem.column": IMPORTERS,
    "RosterProblem.message": IMPORTERS,
    "RosterProblem.row": IMPORTERS,
    "RosterProblem.sheet": IMPORTERS,
    "RosterProblem.value": IMPORTERS,
    #
    "RosterReport.changes": IMPORTERS_HERE,
    "RosterReport.dryRun": IMPORTERS,
    "RosterReport.moreProblems": IMPORTERS,
    "RosterReport.notes": IMPORTERS,
    "RosterReport.notices": IMPORTERS,
    "RosterReport.problems": IMPORTERS,
    "RosterReport.rows": IMPORTERS,
    "RosterReport.sha256": IMPORTERS,
    "RosterReport.tallies": IMPORTERS_HERE,
    #
    "RosterSheet.contentBase64": IMPORTERS,
    "RosterSheet.fileName": IMPORTERS,
    #
    "RosterTally.added": IMPORTERS_HERE,
    "RosterTally.changed": IMPORTERS_HERE,
    "RosterTally.kind": IMPORTERS_HERE,
    "RosterTally.unchanged": IMPORTERS_HERE,
    #
    # One's second factor is one's own: the staff's is set up, and everybody else begins one.
    "SecondFactor.confirmed": SIGNED_IN,
    "SecondFactor.confirmedAt": {STAFF},
    "SecondFactor.due": SIGNED_IN,
    "SecondFactor.recoveryCodesLeft": SIGNED_IN,
    "SecondFactor.required": SIGNED_IN,
    #
    "SecondFactorEnrolment.secret": SIGNED_IN - {STAFF},
    "SecondFactorEnrolment.uri": SIGNED_IN - {STAFF},
    #
    # One's sessions are one's own.
    "Session.availableActions": {RESIDENT},
    "Session.createdAt": {RESIDENT},
    "Session.endedAt": {RESIDENT},
    "Session.expiresAt": {RESIDENT},
    "Session.id": {RESIDENT},
    "Session.isCurrent": {RESIDENT},
    "Session.label": {RESIDENT},
    "Session.lastSeenAt": {RESIDENT},
    "Session.method": {RESIDENT},
    "Session.openedBy": set(),  # no one-use code opened it
    #
    "Shop.address": EVERYBODY,
    "Shop.alerts": ALERTED,
    "Shop.applicant": BOOKS,
    "Shop.area": EVERYBODY,
    "Shop.availableActions": {OWNER, ADMIN},
    "Shop.category": EVERYBODY,
    "Shop.ceilingLeftFen": BOOKS,
    "Shop.changes": BOOKS,
    "Shop.day": DAY,
    "Shop.discounts": EVERYBODY,
    "Shop.disputes": DAY,
    "Shop.distanceMetres": EVERYBODY,
    "Shop.id": EVERYBODY,
    "Shop.invitations": BOOKS,
    "Shop.latitude": EVERYBODY,
    "Shop.longitude": EVERYBODY,
    "Shop.month": BOOKS,
    "Shop.monthlyCeilingFen": BOOKS,
    "Shop.kind": EVERYBODY,
    "Shop.name": EVERYBODY,
    "Shop.openingHours": EVERYBODY,
    "Shop.pendingChange": BOOKS,
    "Shop.promised": BOOKS,
    "Shop.redemptions": DAY,
    "Shop.staff": BOOKS,
    "Shop.state": EVERYBODY,
    "Shop.stateReason": BOOKS,
    "Shop.statements": BOOKS,
    "Shop.thanksListed": BOOKS,
    "Shop.webhooks": BOOKS,
    #
    "ShopAlert.addresses": ALERTED,
    "ShopAlert.cashiers": ALERTED,
    "ShopAlert.leastCount": ALERTED,
    "ShopAlert.minutes": ALERTED,
    "ShopAlert.misses": ALERTED,
    "ShopAlert.raisedAt": ALERTED,
    #
    "ShopAlertChange.changedAt": ALERTED,
    "ShopAlertChange.reload": ALERTED,
    "ShopAlertChange.shops": ALERTED,
    #
    # Signals are for those above, and for the community's staff where they are about wrong codes; never for those
    # whom they are about.
    "Signal.availableActions": {STAFF, ADMIN},
    "Signal.day": CODE_SIGNALS,
    "Signal.evidence": CONTROL,
    "Signal.explanation": CODE_SIGNALS,
    "Signal.figures": CODE_SIGNALS,
    "Signal.head": CONTROL,
    "Signal.household": CONTROL,
    "Signal.id": CODE_SIGNALS,
    "Signal.judgedAt": CONTROL,
    "Signal.judgedBy": CONTROL,
    "Signal.judgement": CONTROL,
    "Signal.kind": CODE_SIGNALS,
    "Signal.otherShop": CONTROL,
    "Signal.raisedAt": CODE_SIGNALS,
    "Signal.shop": CODE_SIGNALS,
    "Signal.state": CODE_SIGNALS,
    #
    "SignalFigure.name": CODE_SIGNALS,
    "SignalFigure.threshold": CODE_SIGNALS,
    "SignalFigure.value": CODE_SIGNALS,
    #
    "ShopApplicant.name": BOOKS,
    "ShopApplicant.phone": BOOKS,
    #
    "ShopChange.address": BOOKS,
    "ShopChange.area": BOOKS,
    "ShopChange.askedAt": BOOKS,
    "ShopChange.askedByName": BOOKS,
    "ShopChange.availableActions": {OWNER, ADMIN},
    "ShopChange.decidedAt": BOOKS,
    "ShopChange.id": BOOKS,
    "ShopChange.latitude": BOOKS,
    "ShopChange.longitude": BOOKS,
    "ShopChange.name": BOOKS,
    "ShopChange.reason": BOOKS,
    "ShopChange.shop": BOOKS,
    "ShopChange.state": BOOKS,
    #
    # A shop's month is its staff's; of people it tells figures alone.
    **{
        f"ShopReport.{name}": DAY
        for name in (
            "averageBillFen",
            "billsFen",
            "byDiscount",
            "byWeekday",
            "complete",
            "heads",
            "month",
            "newHeads",
            "passesNotUsed",
            "redemptions",
            "returningHeads",
            "savedFen",
            "shop",
            "thanks",
        )
    },
    **{f"ReportCount.{name}": DAY for name in ("count", "fewerThan")},
    **{f"ReportDiscount.{name}": DAY for name in ("billsFen", "discount", "redemptions", "savedFen")},
    **{f"ReportThanks.{name}": DAY for name in ("good", "kind", "quick", "total")},
    **{f"ReportWeekday.{name}": DAY for name in ("billsFen", "redemptions", "savedFen", "weekday")},
    #
    # A paper says to whoever holds it what it says; its own head alone gets one.
    **{
        f"ServiceRecord.{name}": EVERYBODY
        for name in (
            "automatic",
            "averageStars",
            "byCategory",
            "code",
            "deeds",
            "from",
            "headName",
            "households",
            "issuedAt",
            "ratedCount",
            "until",
        )
    },
    **{f"CategoryDeeds.{name}": EVERYBODY for name in ("category", "deeds")},
    **{f"ServiceRecordCheck.{name}": EVERYBODY for name in ("record", "standing")},
    #
    "ShopDay.billFen": DAY,
    "ShopDay.closesAt": DAY,
    "ShopDay.count": DAY,
    "ShopDay.date": DAY,
    "ShopDay.id": DAY,
    "ShopDay.payableFen": DAY,
    "ShopDay.points": DAY,
    "ShopDay.redemptions": DAY,
    "ShopDay.revoked": DAY,
    "ShopDay.savedFen": DAY,
    "ShopDay.shop": DAY,
    "ShopDay.statement": BOOKS,
    #
    "ShopInvitation.asOwner": BOOKS,
    "ShopInvitation.availableActions": {OWNER, ADMIN},
    "ShopInvitation.expiresAt": BOOKS,
    "ShopInvitation.id": BOOKS,
    "ShopInvitation.invitedAt": BOOKS,
    "ShopInvitation.name": BOOKS,
    "ShopInvitation.phone": BOOKS,
    "ShopInvitation.shop": BOOKS,
    "ShopInvitation.state": BOOKS,
    #
    "ShopStaff.availableActions": {OWNER, ADMIN},
    "ShopStaff.grantedAt": BOOKS,
    "ShopStaff.id": BOOKS,
    "ShopStaff.isOwner": BOOKS,
    "ShopStaff.name": BOOKS,
    "ShopStaff.phone": BOOKS,
    "ShopStaff.revokedAt": BOOKS,
    "ShopStaff.shop": BOOKS,
    #
    "Statement.acknowledgeableAs": {OWNER, ADMIN},
    "Statement.availableActions": {OWNER, ADMIN},
    "Statement.billFen": BOOKS,
    "Statement.closedAt": BOOKS,
    "Statement.corrections": BOOKS,
    "Statement.date": BOOKS,
    "Statement.districtAcknowledgedAt": BOOKS,
    "Statement.id": BOOKS,
    "Statement.payableFen": BOOKS,
    "Statement.points": BOOKS,
    "Statement.previousSha256": BOOKS,
    "Statement.redemptions": BOOKS,
    "Statement.revoked": BOOKS,
    "Statement.rows": BOOKS,
    "Statement.savedFen": BOOKS,
    "Statement.sha256": BOOKS,
    "Statement.shop": BOOKS,
    "Statement.shopAcknowledgedAt": BOOKS,
    #
    "StatementFile.contentBase64": BOOKS,
    "StatementFile.mediaType": BOOKS,
    "StatementFile.name": BOOKS,
    #
    "StatementMonth.acknowledged": BOOKS,
    "StatementMonth.billFen": BOOKS,
    "StatementMonth.complete": BOOKS,
    "StatementMonth.corrections": BOOKS,
    "StatementMonth.days": BOOKS,
    "StatementMonth.id": BOOKS,
    "StatementMonth.month": BOOKS,
    "StatementMonth.payableFen": BOOKS,
    "StatementMonth.points": BOOKS,
    "StatementMonth.redemptions": BOOKS,
    "StatementMonth.revoked": BOOKS,
    "StatementMonth.savedFen": BOOKS,
    "StatementMonth.shop": BOOKS,
    #
    "StatementRow.billFen": BOOKS,
    "StatementRow.happenedAt": BOOKS,
    "StatementRow.kind": BOOKS,
    "StatementRow.payableFen": BOOKS,
    "StatementRow.place": BOOKS,
    "StatementRow.points": BOOKS,
    "StatementRow.redemption": BOOKS,
    "StatementRow.requestNo": BOOKS,
    "StatementRow.savedFen": BOOKS,
    #
    "StarsPoints.points": EVERYBODY,
    "StarsPoints.stars": EVERYBODY,
    #
    "Subscription.leaderboardChanged": EVERYBODY,
    "Subscription.notificationAdded": {RESIDENT, HEAD},
    "Subscription.redemptionChanged": {HEAD, *BEHIND_TILL},
    "Subscription.shopAlerted": ALERTED,
    "Subscription.wishChanged": {RESIDENT, HEAD, *DISPATCHERS},
    #
    # The viewer is always oneself.
    # Counts of what waits for whoever may act on it, not for those who only read.
    "Todo.wishesToRate": RESIDENTS,
    "Todo.wishesToAnswer": HEADS,
    **{
        f"Todo.{name}": {WORKER, FOREIGN_WORKER, STAFF, FOREIGN_STAFF}
        for name in ("wishesToDispatch", "joinsToConfirm")
    },
    **{
        f"Todo.{name}": {ADMIN, FOREIGN_ADMIN}
        for name in ("shopsToApprove", "shopChangesToApprove", "discountsToApprove", "disputesToDecide")
    },
    "Todo.nominationsToConsent": {*RESIDENTS, *HEADS},
    **{
        f"Todo.{name}": {STAFF, FOREIGN_STAFF, ADMIN, FOREIGN_ADMIN}
        for name in ("nominationsToDecide", "seasonObjectionsToAnswer")
    },
    "Todo.signalsToJudge": {STAFF, FOREIGN_STAFF, ADMIN, FOREIGN_ADMIN},
    "Todo.statementsToAcknowledge": {*OWNERS, ADMIN, FOREIGN_ADMIN},
    #
    "Viewer.areas": SIGNED_IN - {STRANGER},
    "Viewer.bound": SIGNED_IN,
    "Viewer.consents": {RESIDENT},
    "Viewer.displayName": SIGNED_IN,
    "Viewer.household": RESIDENTS,
    "Viewer.householdHead": HEADS,
    "Viewer.householdJoins": {NEIGHBOUR_RESIDENT},
    "Viewer.nominations": NOMINEES,
    "Viewer.notificationSettings": SIGNED_IN,
    "Viewer.notifications": NOTIFIED,
    "Viewer.roles": SIGNED_IN - {STRANGER},
    "Viewer.secondFactor": SIGNED_IN,
    "Viewer.sessions": SIGNED_IN,
    "Viewer.shop": SHOP_STAFF,
    "Viewer.shops": SHOP_STAFF,
    "Viewer.todo": SIGNED_IN,
    "Viewer.unreadNotifications": SIGNED_IN,
    #
    "WebhookAttempt.attemptedAt": BOOKS,
    "WebhookAttempt.milliseconds": BOOKS,
    "WebhookAttempt.outcome": BOOKS,
    "WebhookAttempt.status": BOOKS,
    #
    "WebhookDelivery.attempts": BOOKS,
    "WebhookDelivery.attemptsMade": BOOKS,
    "WebhookDelivery.availableActions": {OWNER, ADMIN},
    "WebhookDelivery.body": BOOKS,
    "WebhookDelivery.createdAt": BOOKS,
    "WebhookDelivery.endedAt": BOOKS,
    "WebhookDelivery.endpoint": BOOKS,
    "WebhookDelivery.event": BOOKS,
    "WebhookDelivery.id": BOOKS,
    "WebhookDelivery.messageId": BOOKS,
    "WebhookDelivery.nextAttemptAt": BOOKS,
    "WebhookDelivery.round": BOOKS,
    "WebhookDelivery.state": BOOKS,
    #
    "WebhookEndpoint.availableActions": {OWNER, ADMIN},
    "WebhookEndpoint.createdAt": BOOKS,
    "WebhookEndpoint.createdByName": BOOKS,
    "WebhookEndpoint.deliveries": BOOKS,
    "WebhookEndpoint.events": BOOKS,
    "WebhookEndpoint.id": BOOKS,
    "WebhookEndpoint.previousSignsUntil": BOOKS,
    "WebhookEndpoint.secret": {OWNER, ADMIN},  # in the answer that made it
    "WebhookEndpoint.shop": BOOKS,
    "WebhookEndpoint.state": BOOKS,
    "WebhookEndpoint.url": BOOKS,
    #
    "Wish.acceptedAt": STORY,
    "Wish.availableActions": {RESIDENT, HEAD, *DISPATCHERS},
    "Wish.candidates": DISPATCHERS,
    "Wish.category": STORY,
    "Wish.completedAt": STORY,
    "Wish.completionNote": STORY,
    "Wish.consentNote": {RESIDENT, *OVERSIGHT},
    "Wish.contactReveals": REVEAL_LOG,
    "Wish.deadlineAt": STORY,
    "Wish.details": STORY,
    "Wish.dispatchedAt": STORY,
    "Wish.events": STORY,
    "Wish.grid": STORY,
    "Wish.head": STORY,
    "Wish.helpers": STORY,
    "Wish.household": STORY,
    "Wish.id": STORY,
    "Wish.offers": {HEAD, *OVERSIGHT},
    "Wish.onBehalf": STORY,
    "Wish.ratedAt": STORY,
    "Wish.ratingComment": STORY,
    "Wish.ratingSource": STORY,
    "Wish.redoCount": STORY,
    "Wish.requesterName": STORY,
    "Wish.revealableContacts": {HEAD},
    "Wish.reward": POINTS,
    "Wish.stars": STORY,
    "Wish.state": STORY,
    "Wish.submittedAt": STORY,
    "Wish.title": STORY,
    #
    "WishChange.changedAt": {RESIDENT, HEAD, *DISPATCHERS},
    "WishChange.reload": {RESIDENT, HEAD, *DISPATCHERS},
    "WishChange.wishes": {RESIDENT, HEAD, *DISPATCHERS},
    #
    "WishEvent.action": STORY,
    "WishEvent.actor": STORY,
    "WishEvent.fromState": STORY,
    "WishEvent.head": STORY,
    "WishEvent.note": STORY,
    "WishEvent.occurredAt": STORY,
    "WishEvent.stars": STORY,
    "WishEvent.toState": STORY,
    #
    "WishOffer.endedAt": {HEAD, *OVERSIGHT},
    "WishOffer.head": {HEAD, *OVERSIGHT},
    "WishOffer.offeredAt": {HEAD, *OVERSIGHT},
    "WishOffer.state": {HEAD, *OVERSIGHT},
}

# Objects in a particular state, for which other rows hold than for the plain ones above.
PARTICULAR: dict[str, dict[str, set[str]]] = {
    # The names of administrative units are public; a building says where somebody lives.
    "a building": {
        "Area.id": OVERSIGHT,
        "Area.name": OVERSIGHT,
        "Area.parent": OVERSIGHT,
        "Area.households": OVERSIGHT,
        "Area.leaderboard": OVERSIGHT,
    },
    # Of an area that is larger than one's own, one's own part.
    "the whole district": {
        "Area.id": EVERYBODY,
        "Area.heads": OVERSIGHT_ANYWHERE,
        "Area.households": OVERSIGHT_ANYWHERE,
        "Area.wishes": OVERSIGHT_ANYWHERE,
        "Area.shops": EVERYBODY,
        "Area.leaderboard": EVERYBODY,
    },
    "a board that is not sparse": {
        "Leaderboard.around": {HEAD},
        "Leaderboard.entries": EVERYBODY,
        "LeaderboardEntry.key": EVERYBODY,
        "LeaderboardEntry.rank": EVERYBODY,
        "LeaderboardHead.displayName": EVERYBODY,
    },
    # Communities are named to all; their figures are for who works above them, each the own.
    "the communities of the district": {
        "AreaBoard.rows": EVERYBODY,
        "AreaRow.area": EVERYBODY,
        "AreaRow.band": EVERYBODY,
        "AreaRow.households": EVERYBODY,
        "AreaRow.expected": SHOP_MANAGERS,
        "AreaRow.least": SHOP_MANAGERS,
        "AreaRow.most": SHOP_MANAGERS,
        "AreaRow.previous": SHOP_MANAGERS,
        "AreaRow.rate": SHOP_MANAGERS,
        "AreaRow.wishes": SHOP_MANAGERS,
    },
    # In the queue a wish is nobody's: not even the household's own head sees it.
    "a wish in the queue": {"Wish.title": {RESIDENT, *OVERSIGHT}, "Wish.household": {RESIDENT, *OVERSIGHT}},
    # Whoever may take it sees what is asked for, of whom only that there is such a household, and nobody's offer
    # but the own one.
    "a wish offered to the whole grid": {
        "Wish.title": {RESIDENT, HEAD, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Wish.household": {RESIDENT, HEAD, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Wish.requesterName": {RESIDENT, *OVERSIGHT},
        "Wish.contactReveals": set(),
        "WishOffer.state": {HEAD, NEIGHBOUR_HEAD, *OVERSIGHT},
        "WishOffer.head": {HEAD, NEIGHBOUR_HEAD, *OVERSIGHT},
    },
    # Another head of the grid helps: the address and the phone come only by a reveal, which is logged.
    "a wish in a neighbour's hands": {
        "Wish.title": {RESIDENT, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Wish.head": {RESIDENT, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Wish.requesterName": {RESIDENT, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Wish.contactReveals": REVEAL_LOG,
    },
    "a household helped by a neighbour": {
        "Household.id": {RESIDENT, HEAD, NEIGHBOUR_HEAD, *OVERSIGHT},
        "Household.address": STORY,
        "Household.building": STORY,
        "Household.code": STORY,
        "Household.contactName": STORY,
        "Household.contactReveals": REVEAL_LOG,
        "Household.head": STORY,
    },
    "the neighbour who helps": {
        "HouseholdHead.name": {RESIDENT, NEIGHBOUR_RESIDENT, NEIGHBOUR_HEAD, *OVERSIGHT},
        "HouseholdHead.points": {NEIGHBOUR_HEAD, *CONTROL},
    },
    # Why the neighbour declined is between the neighbour and those who work above.
    "the step in which a neighbour declined": {
        "WishEvent.action": STORY,
        "WishEvent.note": OVERSIGHT,
        "WishEvent.head": OVERSIGHT,
    },
    # What was said in a call-back is between the household and those who work above.
    "the step in which staff rated after a call-back": {
        "WishEvent.stars": STORY,
        "WishEvent.note": {RESIDENT, *OVERSIGHT},
    },
    # A head is told why; the households are not.
    "a head who has left": {
        "HouseholdHead.name": {RESIDENT, HEAD, *OVERSIGHT},
        "HouseholdHead.leftAt": {HEAD, *OVERSIGHT},
        "HouseholdHead.onBoard": {HEAD, *OVERSIGHT},
        "HouseholdHead.stateReason": {HEAD, *OVERSIGHT},
        "HouseholdHead.suspendedAt": {HEAD, *OVERSIGHT},
        "HouseholdHead.points": POINTS,
    },
    # What does not take part is there for those who run it, those who work above, and the head who had a pass of it.
    "a suspended shop": {"Shop.name": {HEAD, STAFF, *DAY}, "Shop.stateReason": BOOKS},
    # Before it is decided, it is between who applied and those who work above.
    "a shop that a neighbour applied for": {
        "Shop.name": {NEIGHBOUR_RESIDENT, STAFF, *CONTROL},
        "Shop.availableActions": {NEIGHBOUR_RESIDENT, ADMIN},
        "Shop.monthlyCeilingFen": {NEIGHBOUR_RESIDENT, *CONTROL},
        "Shop.applicant": {NEIGHBOUR_RESIDENT, *CONTROL},
    },
    # It is the shop of who was named, once they have signed in.
    "a shop that staff entered": {
        "Shop.name": {STAFF, *BOOKS},
        "Shop.availableActions": {STAFF, OWNER, ADMIN},
        "Shop.monthlyCeilingFen": {STAFF, *BOOKS},
        "Shop.applicant": {STAFF, *BOOKS},
        "Shop.staff": set(),
        "ShopApplicant.phone": {STAFF, *BOOKS},
    },
    "a shop that was rejected": {
        "Shop.name": {NEIGHBOUR_RESIDENT, STAFF, *CONTROL},
        "Shop.stateReason": {NEIGHBOUR_RESIDENT, *CONTROL},
        "Shop.availableActions": set(),
        "Shop.monthlyCeilingFen": CONTROL,
    },
    # What was once on offer stands in the days that a cashier reads.
    "a paused discount": {
        "Discount.title": {HEAD, *DAY},
        "Discount.shop": {HEAD, *DAY},
        "Discount.availableActions": {OWNER, ADMIN},
    },
    "a discount that was replaced": {
        "Discount.title": {HEAD, *DAY},
        "Discount.versions": BOOKS,
        "Discount.availableActions": set(),
    },
    # Nobody else is told before it is approved.
    "a draft of a discount": {"Discount.title": BOOKS, "Discount.availableActions": {OWNER}},
    "a discount to be approved": {"Discount.title": BOOKS, "Discount.availableActions": {OWNER, ADMIN}},
}

# Of these particular wishes, the one step that counts.
STEPS = {
    "the step in which a neighbour declined": "DECLINE",
    "the step in which staff rated after a call-back": "RATE",
}

# Structural types: reached through every connection and payload, for whoever gets these. Nothing else may be in them.
CONNECTION, EDGE = {"edges", "pageInfo"}, {"cursor", "node"}
STRUCTURAL: dict[str, set[str]] = {
    "PageInfo": {"endCursor", "hasNextPage", "hasPreviousPage", "startCursor"},
    "UserError": {"code", "field", "message", "retryAt"},
    "HeadPayload": {"head", "viewer", "errors"},
    "HouseholdChangePhonePayload": {"household", "viewer", "errors"},
    "HouseholdJoinAskPayload": {"join", "signedIn", "viewer", "errors"},
    "HouseholdJoinPayload": {"join", "viewer", "errors"},
    "HouseholdsMovePayload": {"households", "viewer", "errors"},
    "AgreementPayload": {"agreement", "viewer", "errors"},
    "DiscountPayload": {"discount", "viewer", "errors"},
    "DisputePayload": {"dispute", "viewer", "errors"},
    "GrantPayload": {"grant", "viewer", "errors"},
    "MembershipPayload": {"membership", "viewer", "errors"},
    "PassPayload": {"pass", "viewer", "errors"},
    "PointsReversePayload": {"reward", "viewer", "errors"},
    "RedemptionPayload": {"redemption", "viewer", "errors"},
    "RedemptionPreparePayload": {"preparation", "redemption", "viewer", "errors"},
    "ShopChangePayload": {"change", "viewer", "errors"},
    "ShopInvitationPayload": {"invitation", "viewer", "errors"},
    "ShopPayload": {"shop", "viewer", "errors"},
    "ShopStaffPayload": {"staff", "viewer", "errors"},
    "StatementPayload": {"statement", "viewer", "errors"},
    "RewardRulePayload": {"rewardRule", "viewer", "errors"},
    "RosterImportPayload": {"report", "refusedRows", "viewer", "errors"},
    "RecoveryCodesPayload": {"recoveryCodes", "viewer", "errors"},
    "SeasonObjectionPayload": {"objection", "viewer", "errors"},
    "SeasonPayload": {"season", "viewer", "errors"},
    "SecondFactorBeginPayload": {"enrolment", "viewer", "errors"},
    "SecondFactorPayload": {"secondFactor", "viewer", "errors"},
    "SessionPayload": {"session", "viewer", "errors"},
    "SignalJudgePayload": {"signal", "viewer", "errors"},
    "SessionsPayload": {"ended", "viewer", "errors"},
    "NominationPayload": {"nomination", "viewer", "errors"},
    "NotificationsReadPayload": {"unreadNotifications", "viewer", "errors"},
    "NotificationSettingsPayload": {"settings", "viewer", "errors"},
    "OneUseCode": {"text", "qr", "qrSvg", "displayName", "expiresAt"},
    "OneUseCodePayload": {"code", "viewer", "errors"},
    "SentCode": {"handle", "digits", "expiresAt", "againAt"},
    "SignInCodePayload": {"sent", "viewer", "errors"},
    "SignInPayload": {"signedIn", "viewer", "errors"},
    "SignedIn": {"token", "ticket", "wechatTicket"},
    "PhoneChangePayload": {"changed", "viewer", "errors"},
    "ConsentPayload": {"consent", "viewer", "errors"},
    "PrivacyExportPayload": {"export", "viewer", "errors"},
    "AccountErasePayload": {"erased", "viewer", "errors"},
    "ShopStaffSignOutPayload": {"ended", "viewer", "errors"},
    "WechatBoundPayload": {"bound", "viewer", "errors"},
    "WechatUnbindPayload": {"unbound", "viewer", "errors"},
    "WebhookDeliveryPayload": {"delivery", "viewer", "errors"},
    "WebhookEndpointPayload": {"endpoint", "viewer", "errors"},
    "WishContactPayload": {"contact", "viewer", "errors"},
    "WishPayload": {"wish", "viewer", "errors"},
}

# The head's name in full, or masked (and nothing in between).
NAME_IN_FULL: dict[str, set[str]] = {
    "HouseholdHead.name": STORY,
    "Redemption.headName": POINTS,
    "Preparation.headName": set(),
    "LeaderboardHead.displayName": set(),
}

# Whose answers may contain what, anywhere in them, cursors and ids decoded.
TOLD_ONLY_TO: dict[str, set[str]] = {
    "the household's phone": {HEAD},  # by a reveal
    "the household's address": STORY,
    "the household's contact": STORY,
    "the resident's name": STORY,
    "the head's name": STORY,
    "the head's key": STORY,
    "the head's phone": set(),
    "the cashier's phone": set(),
    "the neighbour's phone": set(),
    "the head's words against the shop": {HEAD, *CONTROL},
    "the pass's secret": {HEAD},
    "the webhook's secret": {OWNER, ADMIN},
    "the pass's code": {HEAD},
    "the second factor's secret": set(),  # it was shown when it was begun
}

OK = "OK"
UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CODE_INVALID = "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "CODE_INVALID"
INVALID_STATE = "INVALID_STATE"


def answers(**said: set[str]) -> dict[str, str]:
    """What each actor is answered: as said; else UNAUTHENTICATED for the anonymous, FORBIDDEN for everybody."""
    assert sum(map(len, said.values())) == len(set().union(*said.values())), "an actor is answered once"
    by_actor = {actor: code for code, actors in said.items() for actor in actors}
    return {ANONYMOUS: UNAUTHENTICATED, **dict.fromkeys(SIGNED_IN, FORBIDDEN), **by_actor}


FOREIGN_HEADS = {NEIGHBOUR_HEAD, FOREIGN_HEAD}
FOREIGN_RESIDENTS = {NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT}
FOREIGN_DISPATCHERS = {FOREIGN_WORKER, FOREIGN_STAFF}
FOREIGN_MANAGERS = {FOREIGN_STAFF, FOREIGN_ADMIN}
ELSEWHERE = {FOREIGN_OWNER, FOREIGN_CASHIER}  # behind another shop's till
FOREIGN_REQUESTERS = FOREIGN_HEADS | FOREIGN_RESIDENTS | FOREIGN_DISPATCHERS

# FORBIDDEN: not with this role, or not in this relation to what one sees. NOT_FOUND: with this role, but not here.
FOREIGN_DRAFTERS = {FOREIGN_STAFF, FOREIGN_ADMIN}

MUTATIONS: dict[str, dict[str, str]] = {
    "agreementDraft": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_DRAFTERS),
    "agreementEdit": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_DRAFTERS),
    "agreementEnd": answers(OK={OWNER, STAFF, ADMIN}, NOT_FOUND={FOREIGN_OWNER, *FOREIGN_DRAFTERS}),
    "agreementSign": answers(OK={OWNER, STAFF, ADMIN}, NOT_FOUND={FOREIGN_OWNER, *FOREIGN_DRAFTERS}),
    "discountApprove": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "discountDraft": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "discountEdit": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "discountEnd": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "discountPause": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "discountResume": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "discountReturn": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "discountRevise": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "discountSubmit": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "disputeReject": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "disputeUphold": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "grantGive": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "grantRevoke": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "headJoinBoard": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),  # nobody's choice but the head's own
    "headLeave": answers(OK={HEAD, STAFF, ADMIN}, NOT_FOUND={*FOREIGN_HEADS, *FOREIGN_MANAGERS}),
    "headLeaveBoard": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "headResume": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "headSuspend": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "headChangePhone": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "householdChangePhone": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "householdJoin": answers(OK=SIGNED_IN),
    "householdJoin, with a ticket": dict.fromkeys(EVERYBODY, OK),
    # Never by the household's own head, whom its ratings pay, nor by who asks.
    "householdJoinDecide": answers(OK=DISPATCHERS, NOT_FOUND=FOREIGN_DISPATCHERS),
    "householdJoinVouch": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "householdJoinWithdraw": answers(OK={NEIGHBOUR_RESIDENT}, NOT_FOUND=SIGNED_IN - JOIN),
    "householdsMove": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "headShowCode": answers(OK=DISPATCHERS, NOT_FOUND=FOREIGN_DISPATCHERS),
    "householdShowCode": answers(OK=DISPATCHERS, NOT_FOUND=FOREIGN_DISPATCHERS),
    # Of what is published, everybody is told that it is not theirs to decide; of the rest, that there is nothing.
    "honourRevoke": answers(OK={ADMIN}),
    "nominationConsent": answers(OK={HEAD}, NOT_FOUND=RESIDENTS | HEADS - {HEAD}),
    "nominationDecline": answers(OK={HEAD}, NOT_FOUND=RESIDENTS | HEADS - {HEAD}),
    "nominationObject": answers(OK=MEMBERS),
    "nominationPassOver": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "nominationPropose": answers(OK=MEMBERS),
    "nominationShortlist": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "nominationStrike": answers(OK=DECIDERS),
    "nominationSupport": answers(OK={RESIDENT, NEIGHBOUR_RESIDENT}, NOT_FOUND={FOREIGN_RESIDENT}),
    "nominationWithdraw": answers(OK={HEAD}, NOT_FOUND={FOREIGN_RESIDENT, FOREIGN_HEAD}),
    "seasonCancel": answers(OK=DECIDERS),
    "seasonConclude": answers(OK=DECIDERS),
    "seasonDraft": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "seasonEdit": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "seasonObjectionAnswer": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "seasonOpen": answers(OK=DECIDERS, NOT_FOUND=FOREIGN_MANAGERS),
    "seasonPublish": answers(OK=DECIDERS),
    "passCancel": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "messageConsentsNote": answers(INVALID_STATE=SIGNED_IN),  # this district sends no messages by WeChat
    "notificationSettingsChange": answers(OK=SIGNED_IN),
    "notificationsRead": answers(OK={RESIDENT}, NOT_FOUND=SIGNED_IN - {RESIDENT}),
    "passIssue": answers(OK=HEADS),  # the discounts are the whole district's
    "phoneChange": answers(CODE_INVALID=SIGNED_IN),  # the codes are somebody else's
    "accountErase": answers(CODE_INVALID=SIGNED_IN),  # the code is somebody else's
    "consentGive": answers(OK=SIGNED_IN),
    "consentWithdraw": answers(OK={RESIDENT}, INVALID_STATE=SIGNED_IN - {RESIDENT}),
    "privacyExport": answers(OK=SIGNED_IN),
    "pointsReverse": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "recoveryCodesRenew": answers(OK=SIGNED_IN),
    "redemptionConfirm": answers(OK=BEHIND_TILL, NOT_FOUND=ELSEWHERE),
    "redemptionDispute": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "redemptionPrepare": answers(OK=BEHIND_TILL, CODE_INVALID=ELSEWHERE),
    "redemptionRevoke": answers(OK=BEHIND_TILL, NOT_FOUND=ELSEWHERE),
    "redemptionThank": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "rewardRuleCreate": answers(OK={ADMIN}),  # the rule is the whole district's
    "rewardRuleWithdraw": answers(OK={ADMIN}),
    # Of roles the administrators' own is the operator's to give and to end.
    "roleEnd": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "roleGive": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "rosterImport": answers(OK=IMPORTERS),  # what lies outside is told in the report, row by row
    "secondFactorBegin": answers(OK=SIGNED_IN),
    "secondFactorBegin, the first": answers(OK=SIGNED_IN),
    "secondFactorConfirm": answers(OK=SIGNED_IN),
    # Who administers or audits must have one.
    "secondFactorEnd": answers(OK=SIGNED_IN - CONTROL_ANYWHERE, INVALID_STATE=CONTROL_ANYWHERE),
    "secondFactorShow": answers(OK=SIGNED_IN),
    "sessionEnd": answers(OK={RESIDENT}, NOT_FOUND=SIGNED_IN - {RESIDENT}),
    "sessionEnd, the one in use": answers(OK=SIGNED_IN),
    "sessionsEnd": answers(OK=SIGNED_IN),
    "shopApply": answers(OK=SIGNED_IN),
    "shopApprove": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "shopChangeApprove": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "shopChangeReject": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "shopChangeWithdraw": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "shopEdit": answers(OK={STAFF, ADMIN}, NOT_FOUND=SIGNED_IN - {STAFF, ADMIN}),  # staff have entered it
    "shopEdit, an application": answers(OK={RESIDENT, ADMIN}, NOT_FOUND=SIGNED_IN - {RESIDENT, ADMIN}),
    "shopEdit, taking part": answers(OK={OWNER, ADMIN}, NOT_FOUND=SIGNED_IN - {OWNER, CASHIER, ADMIN}),
    "shopEnter": answers(OK={STAFF, ADMIN}, NOT_FOUND={FOREIGN_STAFF, FOREIGN_ADMIN}),
    "signInByCode": dict.fromkeys(EVERYBODY, OK),
    "signInByPhone": dict.fromkeys(EVERYBODY, OK),
    "signInByWechat": dict.fromkeys(EVERYBODY, "INVALID_STATE"),  # there is no WeChat in this scene
    "signInCodeSend": dict.fromkeys(EVERYBODY, "INVALID_STATE"),  # nobody sends messages in this scene
    "shopInvitationShowCode": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "shopInvitationWithdraw": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopLeave": answers(OK={OWNER, ADMIN}, NOT_FOUND=SIGNED_IN - {OWNER, CASHIER, ADMIN}),
    "shopLeave, an application": answers(OK={RESIDENT, ADMIN}, NOT_FOUND=SIGNED_IN - {RESIDENT, ADMIN}),
    "shopReject": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "shopResume": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "shopSetCeiling": answers(OK={OWNER, ADMIN}, NOT_FOUND=SIGNED_IN - {OWNER, CASHIER, ADMIN}),
    "shopSetCeiling, an application": answers(OK={RESIDENT, ADMIN}, NOT_FOUND=SIGNED_IN - {RESIDENT, ADMIN}),
    "shopStaffAdd": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopStaffMakeCashier": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopStaffMakeOwner": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopStaffSignOut": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopStaffShowCode": answers(OK={OWNER}, NOT_FOUND={FOREIGN_OWNER}),
    "shopStaffRemove": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "shopSuspend": answers(OK={ADMIN}, NOT_FOUND={FOREIGN_ADMIN}),
    "signalJudge": answers(OK={ADMIN}, NOT_FOUND={STAFF, FOREIGN_STAFF, FOREIGN_ADMIN}),
    "signalJudge, wrong codes": answers(OK={STAFF, ADMIN}, NOT_FOUND=FOREIGN_MANAGERS),
    "statementAcknowledge": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookCreate": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookEdit": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookEnd": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookPause": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookRedeliver": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookResume": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "webhookRotateSecret": answers(OK={OWNER, ADMIN}, NOT_FOUND={FOREIGN_OWNER, FOREIGN_ADMIN}),
    "wechatBind": dict.fromkeys(EVERYBODY, OK),
    "wechatBindByNumber": dict.fromkeys(EVERYBODY, "INVALID_STATE"),  # there is no WeChat in this scene
    "wechatBindOwn": answers(OK=SIGNED_IN),
    "wechatUnbind": answers(OK=SIGNED_IN),
    "wishAccept": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "wishAccept, offered to the whole grid": answers(OK={HEAD, NEIGHBOUR_HEAD}, NOT_FOUND={FOREIGN_HEAD}),
    "wishCancel": answers(OK={RESIDENT}, NOT_FOUND=FOREIGN_REQUESTERS),
    "wishCancel, filed by staff": answers(OK={RESIDENT, STAFF}, NOT_FOUND=FOREIGN_REQUESTERS),
    "wishComplete": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "wishDecline": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "wishDecline, offered to the whole grid": answers(OK={HEAD, NEIGHBOUR_HEAD}, NOT_FOUND={FOREIGN_HEAD}),
    "wishDispatch": answers(OK=DISPATCHERS, NOT_FOUND=FOREIGN_DISPATCHERS),
    "wishHandBack": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "wishRate": answers(OK={RESIDENT}, NOT_FOUND={*FOREIGN_RESIDENTS, FOREIGN_STAFF}),
    "wishRate, filed by the head": answers(OK={RESIDENT, STAFF}, NOT_FOUND={*FOREIGN_RESIDENTS, FOREIGN_STAFF}),
    "wishRate, filed by staff": answers(OK={RESIDENT}, NOT_FOUND={*FOREIGN_RESIDENTS, FOREIGN_STAFF}),
    "wishRecall": answers(OK={STAFF}, NOT_FOUND={FOREIGN_STAFF}),
    "wishRecall, accepted": answers(OK={STAFF}, NOT_FOUND={FOREIGN_STAFF}),
    "wishRedo": answers(OK={RESIDENT}, NOT_FOUND=FOREIGN_RESIDENTS),
    "wishReject": answers(OK={STAFF}, NOT_FOUND={FOREIGN_STAFF}),
    "wishRevealContact": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    # An offer alone shows nobody where the household is.
    "wishRevealContact, offered to the whole grid": answers(NOT_FOUND={FOREIGN_HEAD}),
    "wishSubmit": answers(OK={RESIDENT, HEAD, *DISPATCHERS}, NOT_FOUND=FOREIGN_REQUESTERS),
}

# Who may listen; most of them are told nothing in this scene (above), because none of it is their own.
SUBSCRIPTIONS: dict[str, dict[str, str]] = {
    "leaderboardChanged": dict.fromkeys(EVERYBODY, OK),
    "notificationAdded": answers(OK=SIGNED_IN),
    "redemptionChanged": answers(OK=HEADS | SHOP_STAFF),
    "shopAlerted": answers(OK=SHOP_MANAGERS | OWNERS),
    "wishChanged": answers(OK=RESIDENTS | HEADS | DISPATCHERS | FOREIGN_DISPATCHERS),
}

# Each id that a mutation takes: its type, who may send it, and the one answer to those that are no such thing here.
# (A token or a code is no global id; what is unknown, foreign or malformed is answered alike all the same.)
IDS: dict[str, dict[str, tuple[str | None, str, str]]] = {
    "agreementDraft": {"partnerId": ("Shop", STAFF, NOT_FOUND), "areaId": ("Area", STAFF, NOT_FOUND)},
    "agreementEdit": {"agreementId": ("Agreement", STAFF, NOT_FOUND)},
    "agreementEnd": {"agreementId": ("Agreement", OWNER, NOT_FOUND)},
    "agreementSign": {"agreementId": ("Agreement", OWNER, NOT_FOUND)},
    "discountApprove": {"discountId": ("Discount", ADMIN, NOT_FOUND)},
    "discountDraft": {"shopId": ("Shop", OWNER, NOT_FOUND)},
    "discountEdit": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountEnd": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountPause": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountResume": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountReturn": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountRevise": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "discountSubmit": {"discountId": ("Discount", OWNER, NOT_FOUND)},
    "disputeReject": {"disputeId": ("Dispute", ADMIN, NOT_FOUND)},
    "disputeUphold": {"disputeId": ("Dispute", ADMIN, NOT_FOUND)},
    "grantGive": {"headId": ("HouseholdHead", ADMIN, NOT_FOUND), "discountId": ("Discount", ADMIN, NOT_FOUND)},
    "grantRevoke": {"grantId": ("Grant", ADMIN, NOT_FOUND)},
    "headJoinBoard": {"headId": ("HouseholdHead", HEAD, NOT_FOUND)},
    "headLeave": {"headId": ("HouseholdHead", STAFF, NOT_FOUND), "successorId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "headLeaveBoard": {"headId": ("HouseholdHead", HEAD, NOT_FOUND)},
    "headResume": {"headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "headSuspend": {"headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "headChangePhone": {"headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "householdChangePhone": {"householdId": ("Household", STAFF, NOT_FOUND)},
    "headShowCode": {"headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "householdShowCode": {"householdId": ("Household", STAFF, NOT_FOUND)},
    "honourRevoke": {"nominationId": ("Nomination", ADMIN, NOT_FOUND)},
    "nominationConsent": {"nominationId": ("Nomination", HEAD, NOT_FOUND)},
    "nominationDecline": {"nominationId": ("Nomination", HEAD, NOT_FOUND)},
    "nominationObject": {"nominationId": ("Nomination", RESIDENT, NOT_FOUND)},
    "nominationPassOver": {"nominationId": ("Nomination", STAFF, NOT_FOUND)},
    "nominationPropose": {
        "nomineeId": ("HouseholdHead", STAFF, NOT_FOUND),
        "seasonId": ("Season", ADMIN, NOT_FOUND),
    },
    "nominationShortlist": {"nominationId": ("Nomination", STAFF, NOT_FOUND)},
    "nominationStrike": {"nominationId": ("Nomination", ADMIN, NOT_FOUND)},
    "nominationSupport": {"nominationId": ("Nomination", RESIDENT, NOT_FOUND)},
    "nominationWithdraw": {"nominationId": ("Nomination", HEAD, NOT_FOUND)},
    "seasonCancel": {"seasonId": ("Season", ADMIN, NOT_FOUND)},
    "seasonConclude": {"seasonId": ("Season", ADMIN, NOT_FOUND)},
    "seasonDraft": {"areaId": ("Area", STAFF, NOT_FOUND)},
    "seasonEdit": {"seasonId": ("Season", STAFF, NOT_FOUND)},
    "seasonObjectionAnswer": {"objectionId": ("SeasonObjection", STAFF, NOT_FOUND)},
    "seasonOpen": {"seasonId": ("Season", STAFF, NOT_FOUND)},
    "seasonPublish": {"seasonId": ("Season", ADMIN, NOT_FOUND)},
    "householdJoin": {},
    "householdJoinDecide": {"joinId": ("HouseholdJoin", STAFF, NOT_FOUND)},
    "householdJoinVouch": {"joinId": ("HouseholdJoin", HEAD, NOT_FOUND)},
    "householdJoinWithdraw": {"joinId": ("HouseholdJoin", NEIGHBOUR_RESIDENT, NOT_FOUND)},
    "householdsMove": {"headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "messageConsentsNote": {},
    "notificationSettingsChange": {},
    "notificationsRead": {"upToId": ("Notification", RESIDENT, NOT_FOUND)},
    "passCancel": {"passId": ("Pass", HEAD, NOT_FOUND)},
    "passIssue": {"discountId": ("Discount", HEAD, NOT_FOUND)},
    "phoneChange": {},
    "accountErase": {},
    "consentGive": {},
    "consentWithdraw": {},
    "privacyExport": {},
    "pointsReverse": {"wishId": ("Wish", ADMIN, NOT_FOUND)},
    "recoveryCodesRenew": {"code": (None, STAFF, CODE_INVALID)},
    "redemptionConfirm": {"token": (None, OWNER, NOT_FOUND)},
    "redemptionDispute": {"redemptionId": ("Redemption", HEAD, NOT_FOUND)},
    "redemptionPrepare": {"code": (None, OWNER, CODE_INVALID)},
    "redemptionRevoke": {"redemptionId": ("Redemption", OWNER, NOT_FOUND)},
    "redemptionThank": {"redemptionId": ("Redemption", HEAD, NOT_FOUND)},
    "rewardRuleCreate": {},
    "rewardRuleWithdraw": {"rewardRuleId": ("RewardRule", ADMIN, NOT_FOUND)},
    "roleEnd": {"membershipId": ("Membership", ADMIN, NOT_FOUND)},
    "roleGive": {"areaId": ("Area", ADMIN, NOT_FOUND)},
    "rosterImport": {},
    "secondFactorBegin": {"code": (None, ADMIN, CODE_INVALID)},
    "secondFactorConfirm": {"code": (None, STAFF, CODE_INVALID)},
    "secondFactorEnd": {"code": (None, STAFF, CODE_INVALID)},
    "secondFactorShow": {"code": (None, AUDITOR, CODE_INVALID)},
    "sessionEnd": {"sessionId": ("Session", RESIDENT, NOT_FOUND)},
    "sessionsEnd": {},
    "signInByCode": {},
    "signInByPhone": {},
    "signInByWechat": {},
    "signInCodeSend": {},
    "shopApply": {"areaId": ("Area", RESIDENT, NOT_FOUND)},
    "shopApprove": {"shopId": ("Shop", ADMIN, NOT_FOUND)},
    "shopChangeApprove": {"changeId": ("ShopChange", ADMIN, NOT_FOUND)},
    "shopChangeReject": {"changeId": ("ShopChange", ADMIN, NOT_FOUND)},
    "shopChangeWithdraw": {"changeId": ("ShopChange", OWNER, NOT_FOUND)},
    "shopEdit": {"shopId": ("Shop", STAFF, NOT_FOUND), "areaId": ("Area", STAFF, NOT_FOUND)},
    "shopEnter": {"areaId": ("Area", STAFF, NOT_FOUND)},
    "shopInvitationShowCode": {"invitationId": ("ShopInvitation", OWNER, NOT_FOUND)},
    "shopInvitationWithdraw": {"invitationId": ("ShopInvitation", OWNER, NOT_FOUND)},
    "shopLeave": {"shopId": ("Shop", OWNER, NOT_FOUND)},
    "shopReject": {"shopId": ("Shop", ADMIN, NOT_FOUND)},
    "shopResume": {"shopId": ("Shop", ADMIN, NOT_FOUND)},
    "shopSetCeiling": {"shopId": ("Shop", OWNER, NOT_FOUND)},
    "shopStaffAdd": {"shopId": ("Shop", OWNER, NOT_FOUND)},
    "shopStaffMakeCashier": {"staffId": ("ShopStaff", OWNER, NOT_FOUND)},
    "shopStaffMakeOwner": {"staffId": ("ShopStaff", OWNER, NOT_FOUND)},
    "shopStaffSignOut": {"staffId": ("ShopStaff", OWNER, NOT_FOUND)},
    "shopStaffShowCode": {"staffId": ("ShopStaff", OWNER, NOT_FOUND)},
    "shopStaffRemove": {"staffId": ("ShopStaff", OWNER, NOT_FOUND)},
    "shopSuspend": {"shopId": ("Shop", ADMIN, NOT_FOUND)},
    "signalJudge": {"signalId": ("Signal", ADMIN, NOT_FOUND)},
    "statementAcknowledge": {"statementId": ("Statement", OWNER, NOT_FOUND)},
    "webhookCreate": {"shopId": ("Shop", OWNER, NOT_FOUND)},
    "webhookEdit": {"endpointId": ("WebhookEndpoint", OWNER, NOT_FOUND)},
    "webhookEnd": {"endpointId": ("WebhookEndpoint", OWNER, NOT_FOUND)},
    "webhookPause": {"endpointId": ("WebhookEndpoint", OWNER, NOT_FOUND)},
    "webhookRedeliver": {"deliveryId": ("WebhookDelivery", OWNER, NOT_FOUND)},
    "webhookResume": {"endpointId": ("WebhookEndpoint", OWNER, NOT_FOUND)},
    "webhookRotateSecret": {"endpointId": ("WebhookEndpoint", OWNER, NOT_FOUND)},
    "wechatBind": {},
    "wechatBindByNumber": {},
    "wechatBindOwn": {},
    "wechatUnbind": {},
    "wishAccept": {"wishId": ("Wish", HEAD, NOT_FOUND)},
    "wishCancel": {"wishId": ("Wish", RESIDENT, NOT_FOUND)},
    "wishComplete": {"wishId": ("Wish", HEAD, NOT_FOUND)},
    "wishDecline": {"wishId": ("Wish", HEAD, NOT_FOUND)},
    "wishDispatch": {"wishId": ("Wish", STAFF, NOT_FOUND), "headId": ("HouseholdHead", STAFF, NOT_FOUND)},
    "wishHandBack": {"wishId": ("Wish", HEAD, NOT_FOUND)},
    "wishRate": {"wishId": ("Wish", RESIDENT, NOT_FOUND)},
    "wishRecall": {"wishId": ("Wish", STAFF, NOT_FOUND)},
    "wishRedo": {"wishId": ("Wish", RESIDENT, NOT_FOUND)},
    "wishReject": {"wishId": ("Wish", STAFF, NOT_FOUND)},
    "wishRevealContact": {"wishId": ("Wish", HEAD, NOT_FOUND)},
    "wishSubmit": {"householdId": ("Household", RESIDENT, NOT_FOUND)},
}
# Their codes are no ids: whoever has one comes in (tests/entry).
SIGNING_IN = {"accountErase", "phoneChange", "signInByCode", "signInByPhone", "signInByWechat", "wechatBind"}
# Inputs for which nothing is foreign: the discounts of all shops are there for every head, the rule is everybody's, and
# the administrator's reach is the whole district.
NOTHING_FOREIGN = {
    "agreementDraft.partnerId",  # a partner may be of any community
    "discountApprove.discountId",  # the administrator's reach is the whole district
    "disputeReject.disputeId", "disputeUphold.disputeId", "grantGive.headId", "grantGive.discountId",
    "grantRevoke.grantId",
    "passIssue.discountId", "pointsReverse.wishId", "rewardRuleWithdraw.rewardRuleId", "roleEnd.membershipId",
    "roleGive.areaId", "shopApprove.shopId",
    "shopReject.shopId", "shopResume.shopId", "shopChangeApprove.changeId", "shopChangeReject.changeId",
    "shopSuspend.shopId", "signalJudge.signalId",
    "shopApply.areaId",  # one may have a shop anywhere
    "honourRevoke.nominationId", "nominationStrike.nominationId", "seasonCancel.seasonId", "seasonConclude.seasonId",
    "seasonPublish.seasonId", "nominationPropose.seasonId",
    "nominationObject.nominationId",  # what is published is public
    # One's second factor is one's own; here everybody's has one secret, so that each code is right for all.
    "recoveryCodesRenew.code", "secondFactorBegin.code", "secondFactorConfirm.code", "secondFactorEnd.code",
    "secondFactorShow.code",
}  # fmt: skip

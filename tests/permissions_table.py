"""Who gets what: every field and every mutation of the schema for every role, in its own and in foreign scope.

Written by hand from the design, never from the code. `test_permissions` executes all of it, and fails for a field or
a mutation of the schema that has no row here.

The scene: in community A, household 0 belongs to head 0. Its wishes are dispatched to head 0, who spends points at
A's shop. The plain actors belong to exactly these; the neighbours live and work beside them in the same grid; the
foreign ones belong to community B. The stranger has an account without any membership.
"""

ANONYMOUS = "anonymous"
STRANGER = "stranger"
RESIDENT, NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT = "resident", "neighbour resident", "foreign resident"
HEAD, NEIGHBOUR_HEAD, FOREIGN_HEAD = "head", "neighbour head", "foreign head"
WORKER, FOREIGN_WORKER = "grid worker", "foreign grid worker"
STAFF, FOREIGN_STAFF = "staff", "foreign staff"
CASHIER, FOREIGN_CASHIER = "cashier", "foreign cashier"
ADMIN, FOREIGN_ADMIN = "admin", "foreign admin"
AUDITOR, FOREIGN_AUDITOR = "auditor", "foreign auditor"

RESIDENTS = {RESIDENT, NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT}
HEADS = {HEAD, NEIGHBOUR_HEAD, FOREIGN_HEAD}
CASHIERS = {CASHIER, FOREIGN_CASHIER}
OVERSIGHT = {WORKER, STAFF, ADMIN, AUDITOR}
CONTROL = {ADMIN, AUDITOR}
SIGNED_IN = {
    STRANGER, *RESIDENTS, *HEADS, *CASHIERS, *OVERSIGHT,
    FOREIGN_WORKER, FOREIGN_STAFF, FOREIGN_ADMIN, FOREIGN_AUDITOR,
}  # fmt: skip
EVERYBODY = {ANONYMOUS, *SIGNED_IN}

# The wish and its household: the household, the head who has it, and those who work above.
STORY = {RESIDENT, HEAD, *OVERSIGHT}
# Who was shown the address or the phone: the household's to know, and of those who would be asked about it.
REVEAL_LOG = {RESIDENT, STAFF, AUDITOR}
# Points are the head's own business, and of those who answer for them.
POINTS = {HEAD, *CONTROL}
# A redemption: both sides of the till, and those who answer for the points.
TILL = {HEAD, CASHIER, *CONTROL}
# A shop's books.
BOOKS = {CASHIER, *CONTROL}
DISPATCHERS = {WORKER, STAFF}

# Who gets a value from at least one of the scene's objects.
FIELDS: dict[str, set[str]] = {
    "Area.id": EVERYBODY,
    "Area.kind": EVERYBODY,
    "Area.name": EVERYBODY,
    "Area.parent": EVERYBODY,
    #
    "Contact.kind": {HEAD},
    "Contact.name": {HEAD},
    "Contact.value": {HEAD},
    #
    "ContactReveal.kind": REVEAL_LOG,
    "ContactReveal.revealedAt": REVEAL_LOG,
    "ContactReveal.shownTo": REVEAL_LOG,
    "ContactReveal.wish": REVEAL_LOG,
    #
    "Discount.amountOffFen": EVERYBODY,
    "Discount.costPoints": EVERYBODY,
    "Discount.gift": EVERYBODY,
    "Discount.hours": EVERYBODY,
    "Discount.id": EVERYBODY,
    "Discount.kind": EVERYBODY,
    "Discount.limitPerDay": EVERYBODY,
    "Discount.limitPerMonth": EVERYBODY,
    "Discount.limitTotal": EVERYBODY,
    "Discount.maxSavedFen": EVERYBODY,
    "Discount.minSpendFen": EVERYBODY,
    "Discount.minStarLevel": EVERYBODY,
    "Discount.percentOff": EVERYBODY,
    "Discount.shop": EVERYBODY,
    "Discount.state": EVERYBODY,
    "Discount.stockLeft": EVERYBODY,
    "Discount.title": EVERYBODY,
    "Discount.validFrom": EVERYBODY,
    "Discount.validUntil": EVERYBODY,
    "Discount.weekdays": EVERYBODY,
    #
    "DiscountHours.from": EVERYBODY,
    "DiscountHours.until": EVERYBODY,
    #
    "DispatchCandidate.averageRating": DISPATCHERS,
    "DispatchCandidate.head": DISPATCHERS,
    "DispatchCandidate.openLoad": DISPATCHERS,
    "DispatchCandidate.ownHead": DISPATCHERS,
    #
    "HeadPoints.available": POINTS,
    "HeadPoints.debt": POINTS,
    "HeadPoints.held": POINTS,
    "HeadPoints.pending": POINTS,
    #
    "Household.address": STORY,
    "Household.contactName": STORY,
    "Household.contactReveals": REVEAL_LOG,
    "Household.grid": STORY,
    "Household.head": STORY,
    "Household.id": STORY,
    "Household.wishes": STORY,
    #
    "HouseholdHead.grid": STORY,
    "HouseholdHead.households": STORY,
    "HouseholdHead.id": STORY,
    "HouseholdHead.name": STORY,
    "HouseholdHead.passes": {HEAD},
    "HouseholdHead.points": POINTS,
    "HouseholdHead.pointsEntries": POINTS,
    "HouseholdHead.rank": POINTS,
    "HouseholdHead.redemptions": POINTS,
    "HouseholdHead.starLevel": STORY,
    "HouseholdHead.wishes": STORY,
    #
    "Leaderboard.area": EVERYBODY,
    "Leaderboard.endsAt": EVERYBODY,
    "Leaderboard.entries": EVERYBODY,
    "Leaderboard.me": {HEAD},
    "Leaderboard.period": EVERYBODY,
    "Leaderboard.startsAt": EVERYBODY,
    #
    "LeaderboardEntry.head": EVERYBODY,
    "LeaderboardEntry.isMe": EVERYBODY,
    "LeaderboardEntry.points": EVERYBODY,
    "LeaderboardEntry.rank": EVERYBODY,
    #
    "LeaderboardHead.areaName": EVERYBODY,
    "LeaderboardHead.displayName": EVERYBODY,
    #
    "LeaderboardStanding.points": {HEAD},
    "LeaderboardStanding.rank": {HEAD},
    #
    "Pass.algorithm": {HEAD},
    "Pass.code": {HEAD},
    "Pass.discount": {HEAD},
    "Pass.expiresAt": {HEAD},
    "Pass.id": {HEAD},
    "Pass.issuedAt": {HEAD},
    "Pass.obstacle": {HEAD},
    "Pass.secret": {HEAD},
    "Pass.serverTime": {HEAD},
    "Pass.shop": {HEAD},
    "Pass.shortCode": {HEAD},
    "Pass.state": {HEAD},
    "Pass.stepSeconds": {HEAD},
    #
    "PassObstacle.code": {HEAD},
    "PassObstacle.message": {HEAD},
    #
    "PointsEntry.balance": POINTS,
    "PointsEntry.createdAt": POINTS,
    "PointsEntry.debt": POINTS,
    "PointsEntry.debtPoints": POINTS,
    "PointsEntry.id": POINTS,
    "PointsEntry.kind": POINTS,
    "PointsEntry.points": POINTS,
    "PointsEntry.reason": POINTS,
    "PointsEntry.redemption": POINTS,
    "PointsEntry.wish": POINTS,
    #
    "Preparation.billFen": {CASHIER},
    "Preparation.costPoints": {CASHIER},
    "Preparation.discount": {CASHIER},
    "Preparation.expiresAt": {CASHIER},
    "Preparation.headName": {CASHIER},
    "Preparation.payableFen": {CASHIER},
    "Preparation.savedFen": {CASHIER},
    "Preparation.shop": {CASHIER},
    "Preparation.token": {CASHIER},
    #
    "Query.explainReward": POINTS,
    "Query.leaderboard": EVERYBODY,
    "Query.node": EVERYBODY,
    "Query.redemptionByRequestNo": {CASHIER},
    "Query.shopDay": BOOKS,
    "Query.shops": EVERYBODY,
    "Query.viewer": SIGNED_IN,
    "Query.wishes": OVERSIGHT,
    #
    "Redemption.availableActions": {CASHIER},
    "Redemption.billFen": TILL,
    "Redemption.confirmedAt": TILL,
    "Redemption.costPoints": TILL,
    "Redemption.discount": TILL,
    "Redemption.head": POINTS,
    "Redemption.headName": TILL,
    "Redemption.id": TILL,
    "Redemption.payableFen": TILL,
    "Redemption.revocableUntil": TILL,
    "Redemption.revokeReason": TILL,
    "Redemption.revokedAt": TILL,
    "Redemption.savedFen": TILL,
    "Redemption.shop": TILL,
    "Redemption.state": TILL,
    "Redemption.statementDay": TILL,
    #
    "RewardCap.cut": POINTS,
    "RewardCap.limit": POINTS,
    "RewardCap.used": POINTS,
    #
    "RewardExplanation.base": POINTS,
    "RewardExplanation.bonus": POINTS,
    "RewardExplanation.category": POINTS,
    "RewardExplanation.completedAt": POINTS,
    "RewardExplanation.dailyCap": POINTS,
    "RewardExplanation.lines": POINTS,
    "RewardExplanation.monthlyHouseholdCap": POINTS,
    "RewardExplanation.points": POINTS,
    "RewardExplanation.postedAt": POINTS,
    "RewardExplanation.ratingSource": POINTS,
    "RewardExplanation.ruleVersion": POINTS,
    "RewardExplanation.sameHousehold": POINTS,
    "RewardExplanation.stars": POINTS,
    "RewardExplanation.state": POINTS,
    #
    "Shop.address": EVERYBODY,
    "Shop.area": EVERYBODY,
    "Shop.category": EVERYBODY,
    "Shop.ceilingLeftFen": BOOKS,
    "Shop.discounts": EVERYBODY,
    "Shop.distanceMetres": EVERYBODY,
    "Shop.id": EVERYBODY,
    "Shop.latitude": EVERYBODY,
    "Shop.longitude": EVERYBODY,
    "Shop.monthlyCeilingFen": BOOKS,
    "Shop.name": EVERYBODY,
    "Shop.openingHours": EVERYBODY,
    "Shop.state": EVERYBODY,
    #
    "ShopDay.billFen": BOOKS,
    "ShopDay.closesAt": BOOKS,
    "ShopDay.count": BOOKS,
    "ShopDay.date": BOOKS,
    "ShopDay.payableFen": BOOKS,
    "ShopDay.points": BOOKS,
    "ShopDay.redemptions": BOOKS,
    "ShopDay.revoked": BOOKS,
    "ShopDay.savedFen": BOOKS,
    "ShopDay.shop": BOOKS,
    #
    # The viewer is always oneself.
    "Viewer.areas": SIGNED_IN - {STRANGER},
    "Viewer.displayName": SIGNED_IN,
    "Viewer.household": RESIDENTS,
    "Viewer.householdHead": HEADS,
    "Viewer.roles": SIGNED_IN - {STRANGER},
    "Viewer.shop": CASHIERS,
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
    "Wish.reward": POINTS,
    "Wish.stars": STORY,
    "Wish.state": STORY,
    "Wish.submittedAt": STORY,
    "Wish.title": STORY,
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
    "a building": {"Area.id": OVERSIGHT, "Area.name": OVERSIGHT, "Area.parent": OVERSIGHT},
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
    # What does not take part is there for those who run it, and for the head who had a pass of it.
    "a suspended shop": {"Shop.name": {HEAD, *BOOKS}, "Shop.address": {HEAD, *BOOKS}},
    "a paused discount": {"Discount.title": {HEAD, *BOOKS}, "Discount.shop": {HEAD, *BOOKS}},
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
    "UserError": {"code", "field", "message"},
    "PassPayload": {"pass", "errors"},
    "RedemptionPayload": {"redemption", "errors"},
    "RedemptionPreparePayload": {"preparation", "errors"},
    "WishContactPayload": {"contact", "errors"},
    "WishPayload": {"wish", "errors"},
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
    "the pass's secret": {HEAD},
    "the pass's code": {HEAD},
}

OK = "OK"
UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CODE_INVALID = "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "CODE_INVALID"


def answers(**said: set[str]) -> dict[str, str]:
    """What each actor is answered: as said; else UNAUTHENTICATED for the anonymous, FORBIDDEN for everybody."""
    assert sum(map(len, said.values())) == len(set().union(*said.values())), "an actor is answered once"
    by_actor = {actor: code for code, actors in said.items() for actor in actors}
    return {ANONYMOUS: UNAUTHENTICATED, **dict.fromkeys(SIGNED_IN, FORBIDDEN), **by_actor}


FOREIGN_HEADS = {NEIGHBOUR_HEAD, FOREIGN_HEAD}
FOREIGN_RESIDENTS = {NEIGHBOUR_RESIDENT, FOREIGN_RESIDENT}
FOREIGN_DISPATCHERS = {FOREIGN_WORKER, FOREIGN_STAFF}
FOREIGN_REQUESTERS = FOREIGN_HEADS | FOREIGN_RESIDENTS | FOREIGN_DISPATCHERS

# FORBIDDEN: not with this role, or not in this relation to what one sees. NOT_FOUND: with this role, but not here.
MUTATIONS: dict[str, dict[str, str]] = {
    "passCancel": answers(OK={HEAD}, NOT_FOUND=FOREIGN_HEADS),
    "passIssue": answers(OK=HEADS),  # the discounts are the whole district's
    "redemptionConfirm": answers(OK={CASHIER}, NOT_FOUND={FOREIGN_CASHIER}),
    "redemptionPrepare": answers(OK={CASHIER}, CODE_INVALID={FOREIGN_CASHIER}),
    "redemptionRevoke": answers(OK={CASHIER}, NOT_FOUND={FOREIGN_CASHIER}),
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

# Each id that a mutation takes: its type, who may send it, and the one answer to those that are no such thing here.
# (A token or a code is no global id; what is unknown, foreign or malformed is answered alike all the same.)
IDS: dict[str, dict[str, tuple[str | None, str, str]]] = {
    "passCancel": {"passId": ("Pass", HEAD, NOT_FOUND)},
    "passIssue": {"discountId": ("Discount", HEAD, NOT_FOUND)},
    "redemptionConfirm": {"token": (None, CASHIER, NOT_FOUND)},
    "redemptionPrepare": {"code": (None, CASHIER, CODE_INVALID)},
    "redemptionRevoke": {"redemptionId": ("Redemption", CASHIER, NOT_FOUND)},
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
# Inputs for which nothing is foreign: the discounts of all shops are there for every head.
NOTHING_FOREIGN = {"passIssue.discountId"}

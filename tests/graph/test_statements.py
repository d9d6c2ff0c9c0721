"""How many SQL statements each read takes (one level of its answer: one), for one row and for a full page."""

import pytest

from services.audit import reads
from services.db import database
from tests.town import closings, crowd, documents
from tests.town.documents import Api
from tests.town.reads import Asker, one_of_each
from tests.town.world import Travel, World

# What the frontends are promised (BEGIN, COMMIT and the session's own stamp aside; authentication included).
BUDGETS = {"HeadHome": 5, "Leaderboard": 4, "PointsHistory": 5, "WishQueue": 5, "Nearby": 3}

# What each takes. A change here is a decision, not a repair of this table.
STATEMENTS = {
    "AgreementDetail": 3,
    "Agreements": 4,
    "AreaChildren": 3,
    "AreaBoard": 3,
    "AuditEntries": 2,
    "BoardClosing": 3,
    "BoardClosings": 4,
    "ConsentTexts": 1,
    "ContactReveals": 3,
    "DiscountGrants": 4,
    "DiscountVersions": 4,
    "DiscountsToApprove": 4,
    "DiscountsToGrant": 4,
    "DispatchCandidates": 4,
    "DisputesToDecide": 5,
    "District": 3,
    "ExplainReward": 2,
    "HeadDetail": 3,
    "HeadHome": 3,
    "HeadStanding": 3,
    "HeadHonours": 3,
    "HeadHouseholds": 3,
    "HeadWishes": 3,
    "HonourRoll": 3,
    "Heads": 5,
    "HouseholdDetail": 3,
    "HouseholdJoinsToConfirm": 4,
    "Households": 4,
    "Leaderboard": 3,
    "LeaderboardMe": 4,
    "MyConsents": 2,
    "MyNominations": 3,
    "NominationChoices": 3,
    "MyGrants": 4,
    "MyHouseholdJoins": 2,
    "MyNotifications": 4,
    "MyPasses": 5,
    "MyRedemptions": 4,
    "MySecondFactor": 2,
    "MySessions": 2,
    "MyTodo": 2,
    "MyShops": 3,
    "MyWishes": 3,
    "Nearby": 3,
    "Partners": 4,
    "PassQr": 2,
    "PointsEconomy": 5,  # of a small area; of a large one, whose figures are kept, 3
    "PointsHistory": 4,
    "RedemptionByRequestNo": 4,
    "RewardRuleTrial": 3,
    "RewardRules": 2,
    "Seasons": 4,
    "SeasonDetail": 3,
    "SeasonCandidates": 6,
    "SeasonObjections": 4,
    "Roles": 5,
    "ShopAlerts": 3,
    "ShopChanges": 4,
    "ShopChangesToApprove": 5,
    "ShopDay": 6,
    "ServiceRecord": 2,
    "ServiceRecordVerify": 2,
    "ShopDetail": 3,
    "ShopInvitations": 3,
    "ShopReport": 4,
    "ShopStaff": 3,
    "ShopToManage": 4,
    "ShopsThanked": 4,
    "ShopsToManage": 4,
    "SignInWays": 1,
    "SignalDetail": 5,
    "Signals": 4,
    "ShopStatements": 3,
    "StatementDetail": 5,
    "StatementFile": 4,
    "StatementMonth": 3,
    "StatementsToAcknowledge": 5,
    "ShopDiscounts": 4,
    "Viewer": 2,
    "ShopWebhooks": 3,
    "WebhookDeliveries": 4,
    "WishDetail": 5,
    "WishQueue": 4,
}

# Where fewer than five score, nobody's neighbours are read.
ON_SPARSE_BOARDS = {"LeaderboardMe": 3}

ONE_ROW_ONLY = {
    "AgreementDetail",
    "NominationChoices",
    "ConsentTexts",
    "SignInWays",
    "District",
    "ExplainReward",
    "HeadStanding",
    "LeaderboardMe",
    "MyConsents",
    "MySecondFactor",
    "MyTodo",
    "PassQr",
    "PointsEconomy",
    "RedemptionByRequestNo",
    "RewardRuleTrial",
    "ServiceRecord",
    "ServiceRecordVerify",
    "ShopToManage",
    "SignalDetail",
    "StatementFile",
    "StatementMonth",
}


async def test_a_full_page_takes_as_many_statements_as_one_row(
    travel: Travel, world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "RECORD_EVERY", 10**6)  # one read of many then writes an audit row
    asker = Asker(api, world, *await one_of_each(api, world))
    few, pages = await asker.count()
    assert {name: sizes for name, sizes in pages.items() if 0 in sizes} == {}
    await crowd.fill(world, asker.known, asker.season)
    await closings.fill(asker.board, crowd.COUNT)
    many, pages = await asker.count()
    assert few == STATEMENTS | ON_SPARSE_BOARDS and many == STATEMENTS
    assert {name: count for name, count in many.items() if count > BUDGETS.get(name, count)} == {}
    longest = {name: max(sizes) for name, sizes in pages.items() if sizes}
    full = dict.fromkeys(STATEMENTS.keys() - ONE_ROW_ONLY, crowd.COUNT)
    assert longest == {**full, "District": 1, "Viewer": 10}, "and the pages are full"


async def test_each_read_has_its_count() -> None:
    assert sorted(STATEMENTS) == [
        name for name in documents.NAMES if not (documents.is_mutation(name) or documents.is_subscription(name))
    ]


async def test_to_be_signed_in_costs_a_public_read_one_statement(travel: Travel, world: World, api: Api) -> None:
    """That one is the look-up of the session."""
    asker = Asker(api, world, *await one_of_each(api, world))
    for name in ("Nearby", "ShopDetail"):
        _, variables = asker.questions[name]
        with database.observed_statements() as seen:
            await api.run(None, name, **variables)
        assert len(seen) < STATEMENTS[name]


async def test_the_idle_stamp_costs_one_statement_every_5_minutes(travel: Travel, world: World, api: Api) -> None:
    counts = []
    for minutes in (0, 4.9, 0.2, 0, 4.9):
        travel.by(minutes=minutes)
        with database.observed_statements() as seen:
            await api.run(world.admin.token, "Viewer")
        counts.append(len(seen))
    assert [count - counts[0] for count in counts] == [0, 0, 1, 0, 0]

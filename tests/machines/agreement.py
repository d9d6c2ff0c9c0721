"""Whether all that the services keep of a story at the till agrees with the plain model of it."""

from datetime import date

from services.db import database
from services.db.paging import PageRequest
from services.discounts import discounts
from services.kit import clock
from services.points import balances as points_balances
from services.settlement import days as shop_days
from services.settlement import months as statement_months
from services.settlement import statements
from services.shops import shops
from services.till import disputes, eligibility, preparation_tokens, redemptions
from services.till.eligibility import Candidate
from services.work import reconciliation
from tests.machines import plain_till
from tests.machines.real_till import Story

ALL = PageRequest(100)


async def check(story: Story) -> None:
    """After each step."""
    assert await reconciliation.drifts() == []
    await _books(story)
    await _states(story)
    await _statements(story)


async def check_days(story: Story) -> None:
    """Each of the shop's days and months; at the end of a story."""
    days = sorted({one.statement_day for one in story.model.redemptions})
    for day in days:
        of_day = [one for one in story.model.redemptions if one.statement_day == day]
        standing = [one for one in of_day if one.stands_on_its_day]
        found = await shop_days.find(story.cashiers[0], story.shop, day)
        assert found is not None
        assert (found.standing, found.revoked) == (len(standing), len(of_day) - len(standing))
        assert (found.bill_fen, found.saved_fen, found.points) == (
            sum(one.bill for one in standing),
            sum(one.saved for one in standing),
            sum(one.points for one in standing),
        )
    for month in {day.replace(day=1) for day in [story.model.now.date(), *days]}:
        await _month(story, month)


async def _books(story: Story) -> None:
    """Points, limits, stock and the ceiling."""
    model = story.model
    balances = await points_balances.balances(story.admin, story.heads)
    for index, head in enumerate(story.heads):
        found = balances[head]
        wanted = model.available(index), model.held(index), model.debt(index)
        assert (found.available, found.held, found.debt) == wanted
    pairs = [(head, offer) for head in range(len(story.heads)) for offer in range(len(story.discounts))]
    found = await eligibility.standings([Candidate(story.heads[head], story.discounts[offer]) for head, offer in pairs])
    for (head, offer), standing in zip(pairs, found, strict=True):
        today, this_month, ever = model.had(head, offer)
        assert (standing.had_today, standing.had_this_month) == (today, this_month)
        assert model.offers[offer].ever is None or standing.had_ever == ever
    offered = await discounts.by_ids(story.admin, story.discounts)
    assert [offered[key].stock_left for key in story.discounts] == [
        model.stock_left(offer) for offer in range(len(story.discounts))
    ]
    left = await shops.ceilings_left(story.admin, [story.shop])
    assert left == {story.shop: max(0, model.ceiling_left())}
    rows = await database.fetch("SELECT month, given_fen, held_fen FROM shop_months")
    given = {row["month"]: row["given_fen"] for row in rows if row["given_fen"]}
    assert given == {month: fen for month, fen in model.given().items() if fen}
    assert all(row["given_fen"] + row["held_fen"] <= model.ceiling for row in rows)


async def _states(story: Story) -> None:
    """Each pass, preparation, redemption and dispute; and what may be done with it."""
    model = story.model
    states = {row["id"]: row["state"] for row in await database.fetch("SELECT id, state FROM passes")}
    assert [states[key] for key in story.passes] == [one.state for one in model.passes]
    prepared = {row["id"]: row for row in await database.fetch("SELECT id, state, day, expires_at FROM preparations")}
    real = [prepared[preparation_tokens.id_of(token)] for token in story.tokens]
    assert [(row["state"], row["day"], row["expires_at"]) for row in real] == [
        (one.state, one.day, one.ends_at) for one in model.preparations
    ]
    made = await redemptions.by_ids(story.cashiers[0], story.redeemed)
    known = await disputes.by_ids(story.admin, [one.dispute_id for one in made.values() if one.dispute_id])
    for key, one in zip(story.redeemed, model.redemptions, strict=True):
        row = made[key]
        assert (row.state, row.statement_day, row.confirmed_at, row.revocable_until) == (
            one.state,
            one.statement_day,
            one.confirmed_at,
            one.revocable_until,
        )
        assert redemptions.available_actions(story.cashiers[0], row) == ["REVOKE"] * model.revocable(one)
        own = ["DISPUTE"] * model.disputable(one) + ["THANK"] * model.thankable(one)
        assert redemptions.available_actions(story.people[one.head], row) == own
        dispute = known[row.dispute_id] if row.dispute_id else None
        assert (dispute and (dispute.state, dispute.correction_day)) == (
            one.dispute and (one.dispute.state, one.dispute.correction_day)
        )


async def _statements(story: Story) -> None:
    """Row by row and total by total, each hash computed anew from the one before."""
    page = (await statements.of_shops(story.cashiers[0], [story.shop], ALL))[story.shop]
    real = list(reversed(page.rows))
    assert [one.day for one in real] == [one.day for one in story.model.statements]
    places = await statements.rows_of(story.admin, [one.id for one in real], ALL)
    previous = None
    for one, expected in zip(real, story.model.statements, strict=True):
        rows = [
            {
                "place": place,
                "kind": row.kind,
                "redemption": str(story.redeemed[row.redemption]),
                "happenedAt": row.happened_at.astimezone(clock.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "billFen": row.bill,
                "savedFen": row.saved,
                "payableFen": row.bill - row.saved,
                "points": row.points,
            }
            for place, row in enumerate(expected.rows, 1)
        ]
        kept = [(row.place, row.kind, str(row.redemption_id), row.points) for row in places[one.id].rows]
        assert kept == [(row["place"], row["kind"], row["redemption"], row["points"]) for row in rows]
        text = plain_till.canonical(str(story.shop), expected.day, rows, expected.revoked, previous)
        assert (one.sha256.hex(), one.previous_sha256 and one.previous_sha256.hex()) == (
            plain_till.sha256(text),
            previous,
        )
        assert (one.redemptions, one.corrections, one.bill_fen, one.saved_fen, one.points) == (
            sum(row.kind == "REDEMPTION" for row in expected.rows),
            sum(row.kind == "CORRECTION" for row in expected.rows),
            *(sum(row[name] for row in rows) for name in ("billFen", "savedFen", "points")),
        )
        previous = one.sha256.hex()


async def _month(story: Story, month: date) -> None:
    found = await statement_months.find(story.cashiers[0], story.shop, month)
    assert found is not None
    kept = [one for one in story.model.statements if one.day.replace(day=1) == month]
    rows = [row for one in kept for row in one.rows]
    assert (found.days, found.revoked) == (len(kept), sum(one.revoked for one in kept))
    assert (found.redemptions + found.corrections, found.bill_fen, found.saved_fen, found.points) == (
        len(rows),
        sum(row.bill for row in rows),
        sum(row.saved for row in rows),
        sum(row.points for row in rows),
    )

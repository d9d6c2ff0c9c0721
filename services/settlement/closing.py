"""Closing shops' days (日结): from 02:00 on, a business day is settled for good.

Each shop's day is a transaction of its own, so a killed run leaves every day either closed or untouched. The shop's
lock decides what is in time: a confirmation shares it while it reads up to which day the shop is closed, so whatever
comes later falls into a later day.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.settlement import Statement
from services.audit import log as audit
from services.db import database
from services.kit import business_days, clock
from services.live import outbox
from services.settlement import form as statement_form
from services.settlement.form import Form, Line
from services.settlement.statements import next_day
from services.writes import turns

BATCH = 100


async def close_due(limit: int = 500, failed: Callable[[UUID, Exception], bool] | None = None) -> int:
    """Close at most `limit` shops' ended days with something to settle, a shop's oldest first; return how many. For
    `tick`.

    Covers shops in any state, and any number of missed days. Safe to repeat, beside itself and beside the tills. A shop
    whose day fails is passed to `failed`, which returns whether to continue, and is left for the next run; without
    `failed`, it raises.
    """
    done = 0
    after: UUID | None = None
    while done < limit:
        shops = await _due(after)
        for shop_id in shops:
            try:
                while done < limit and await close_next(shop_id):
                    done += 1
            except Exception as error:  # one bad shop must not block the rest
                if failed is None:
                    raise
                if not failed(shop_id, error):
                    return done
        if len(shops) < BATCH:
            break
        after = shops[-1]
    return done


async def _due(after: UUID | None) -> list[UUID]:
    """Return shops with a day to close, by id: at most BATCH after `after`."""
    rows = await database.fetch(
        f"SELECT s.id FROM shops s WHERE ($2::uuid IS NULL OR s.id > $2) AND {next_day('$1')} IS NOT NULL"
        f" ORDER BY s.id LIMIT {BATCH}",
        business_days.ended_statement_day(clock.now()),
        after,
    )
    return [row["id"] for row in rows]


@database.transactional  # an empty day leaves no audit row
async def close_next(shop_id: UUID) -> date | None:
    """Close the first ended day of a shop that has anything to settle; return it, or None.

    A day without confirmed redemptions and corrections is closed without a statement. Locks the shop: waits for
    confirmations and decisions of disputes that began before, and counts them.
    """
    await turns.exclusive(shop_id)
    now = clock.now()
    # Read only once the lock is held, to see what was waited for, and what another closer has done.
    day: date | None = await database.fetch_value(
        f"SELECT {next_day('$2')} FROM shops s WHERE s.id = $1", shop_id, business_days.ended_statement_day(now)
    )
    if day is None:
        return None
    form = await _form(shop_id, day)
    if form.lines:
        await _keep(form, now)
    await database.execute("UPDATE shops SET closed_through = $2 WHERE id = $1", shop_id, day)
    return day


async def _form(shop_id: UUID, day: date) -> Form:
    """Return what there is to settle: that day's redemptions, and corrections of earlier days."""
    rows = await database.read(
        Line,
        """
        SELECT 'REDEMPTION' AS kind, r.id AS redemption_id, r.confirmed_at AS happened_at, r.bill_fen, r.saved_fen,
            r.payable_fen, r.cost_points AS points
        FROM redemptions r WHERE r.shop_id = $1 AND r.statement_day = $2 AND r.state = 'CONFIRMED'
        UNION ALL
        SELECT 'CORRECTION', r.id, d.decided_at, -r.bill_fen, -r.saved_fen, -r.payable_fen, -r.cost_points
        FROM disputes d JOIN redemptions r ON r.id = d.redemption_id
        WHERE d.shop_id = $1 AND d.correction_day = $2 AND d.state = 'UPHELD'
        """,
        shop_id,
        day,
    )
    revoked = await database.fetch_value(
        "SELECT count(*) FROM redemptions WHERE shop_id = $1 AND statement_day = $2 AND state <> 'CONFIRMED'",
        shop_id,
        day,
    )
    previous = await database.fetch_value(
        "SELECT sha256 FROM statements WHERE shop_id = $1 ORDER BY day DESC LIMIT 1", shop_id
    )
    return Form(shop_id, day, statement_form.in_order(rows), revoked, previous)


async def _keep(form: Form, now: datetime) -> None:
    """Write a statement and its rows, and publish it."""
    statement_id = uuid7()
    await Statement.create(
        id=statement_id,
        shop_id=form.shop_id,
        day=form.day,
        revoked=form.revoked,
        previous_sha256=form.previous_sha256,
        sha256=form.sha256,
        closed_at=now,
        **asdict(form.totals),
    )
    lines = form.lines
    await database.execute(
        """
        INSERT INTO statement_rows (id, statement_id, place, kind, redemption_id, happened_at, bill_fen, saved_fen,
            payable_fen, points)
        SELECT id, $1, place, kind, redemption_id, happened_at, bill, saved, payable, points
        FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::int[], $7::int[], $8::int[], $9::int[])
            WITH ORDINALITY AS line (id, kind, redemption_id, happened_at, bill, saved, payable, points, place)
        """,
        statement_id,
        [uuid7() for _ in lines],
        [line.kind.value for line in lines],
        [line.redemption_id for line in lines],
        [line.happened_at for line in lines],
        [line.bill_fen for line in lines],
        [line.saved_fen for line in lines],
        [line.payable_fen for line in lines],
        [line.points for line in lines],
    )
    audit.record(
        None,
        "statement.close",
        "Statement",
        statement_id,
        day=form.day.isoformat(),
        rows=len(lines),
        sha256=form.sha256.hex(),
    )
    outbox.statement_closed(statement_id, form.shop_id)

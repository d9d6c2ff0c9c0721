"""The statements of the past year, by the live closing's pure rules."""

from collections import defaultdict
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from services.demo.keys import key
from services.demo.rows import Rows
from services.demo.shops import Shop
from services.kit import business_days
from services.settlement import form as statement_form
from services.settlement.form import Form, Line

MAX_LINES = 10_000  # of one statement, so that the keys of its lines differ
SHOP_ACKNOWLEDGED, DISTRICT_ACKNOWLEDGED = timedelta(hours=8), timedelta(hours=31)  # after a day was closed


class Settlements:
    """Every shop's days up to `through`, the last of which is over. The administrator `admin_id` has not acknowledged
    those of the last week for the district, nor the shops the last two."""

    def __init__(self, rows: Rows, through: date, admin_id: UUID) -> None:
        self.through = through
        self._rows, self._admin_id = rows, admin_id
        self._days: dict[UUID, dict[date, list[Line]]] = defaultdict(lambda: defaultdict(list))
        self._number = 0

    def add(self, shop: Shop, line: Line) -> None:
        """Add a redemption; ignore those that a later day settles."""
        day = business_days.statement_day_of(line.happened_at)
        if day <= self.through:
            self._days[shop.id][day].append(line)

    def close(self, shops: list[Shop]) -> None:
        """Write the statements, each shop's in a chain."""
        for shop in shops:
            previous = None
            for day, lines in sorted(self._days[shop.id].items()):
                form = Form(shop.id, day, statement_form.in_order(lines), revoked=0, previous_sha256=previous)
                self._write(shop, form)
                previous = form.sha256

    def _write(self, shop: Shop, form: Form) -> None:
        self._number += 1
        closed_at = business_days.statement_closes_at(form.day)
        statement_id = key("statement", self._number, closed_at)
        for_shop = form.day <= self.through - timedelta(days=2)
        for_district = form.day <= self.through - timedelta(days=7)
        self._rows.add(
            "statements",
            id=statement_id,
            shop_id=shop.id,
            day=form.day,
            revoked=form.revoked,
            previous_sha256=form.previous_sha256,
            sha256=form.sha256,
            closed_at=closed_at,
            shop_acknowledged_at=closed_at + SHOP_ACKNOWLEDGED if for_shop else None,
            shop_acknowledged_by_id=shop.staff[0].id if for_shop else None,
            district_acknowledged_at=closed_at + DISTRICT_ACKNOWLEDGED if for_district else None,
            district_acknowledged_by_id=self._admin_id if for_district else None,
            **asdict(form.totals),
        )
        for place, line in enumerate(form.lines, start=1):
            self._rows.add(
                "statement_rows",
                id=key("statement row", self._number * MAX_LINES + place, closed_at, step=place),
                statement_id=statement_id,
                place=place,
                **asdict(line),
            )

"""Boards, days and months are found again by their ids, though they are no rows."""

from typing import Any

import pytest

from models.enums import LeaderboardPeriod as P
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.kit.ids import Piece
from tests.town.documents import Api
from tests.town.world import Person, World

AGAIN = "query($id: ID!) { node(id: $id) { __typename id %s } }"
BOARD = "... on Leaderboard { area { id } period startsAt endsAt scored }"
DAY = "... on ShopDay { date shop { id } count }"
MONTH = "... on StatementMonth { month shop { id } days complete }"


async def found(api: Api, who: Person | None, key: str, fields: str = "") -> Any:
    return (await api.query(who.token if who else None, AGAIN % fields, id=key))["node"]


@pytest.mark.parametrize("period", list(P))
async def test_a_board_is_found_again_by_its_id(world: World, api: Api, period: P) -> None:
    text = f"query($area: ID) {{ leaderboard(areaId: $area, period: {period}) {{ __typename id {BOARD} }} }}"
    for area in (None, ids.make("Area", world.a.community.id)):
        board = (await api.query(None, text, area=area))["leaderboard"]
        assert await found(api, None, board["id"], BOARD) == board


async def test_a_window_long_past_keeps_its_id(world: World, api: Api) -> None:
    text = f'{{ leaderboard(period: QUARTER, at: "2025-08-15T00:00:00Z") {{ __typename id {BOARD} }} }}'
    board = (await api.query(None, text))["leaderboard"]
    assert board["startsAt"] == "2025-07-01T00:00:00+08:00"
    assert await found(api, None, board["id"], BOARD) == board


async def test_a_day_and_a_month_are_found_again(rich: World, api: Api) -> None:
    shop = ids.make("Shop", rich.a.shop.id)
    for call, fields in (("shopDay(shopId: $shop)", DAY), ("statementMonth(shopId: $shop)", MONTH)):
        text = f"query($shop: ID!) {{ {call} {{ __typename id {fields} }} }}"
        (shown,) = (await api.query(rich.a.cashier.token, text, shop=shop)).values()
        assert await found(api, rich.a.cashier, shown["id"], fields) == shown
        for stranger in (None, rich.b.cashier, rich.a.head_people[0]):
            assert await found(api, stranger, shown["id"]) is None


async def test_what_no_board_day_or_month_is_named_by_finds_none(rich: World, api: Api) -> None:
    area, shop = rich.a.community.id, rich.a.shop.id
    boards = ("", "MONTH", "MONTH/", "MONTH/2026-05-02", "MONTH/1999-05-01", "ALL/2026-05-01", "DAY/2026-05-01", "ALL")
    days = ("", "2026-W20-1", "20260515", "2026-02-30", "1999-12-31", "2200-01-01", "9999-12-31")
    wrong = [("Leaderboard", Piece(area, which)) for which in boards]
    wrong += [(kind, Piece(shop, which)) for kind in ("ShopDay", "StatementMonth") for which in days]
    wrong += [("StatementMonth", Piece(shop, "2026-05-02")), ("ShopDay", Piece(area, "2026-05-15"))]
    for kind, key in wrong:
        assert await found(api, rich.admin, ids.make(kind, key)) is None, (kind, key.which)
    for kind in ("Leaderboard", "ShopDay", "StatementMonth"):
        assert await found(api, rich.admin, ids.make(kind, shop)) is None, f"{kind} of a row's key"
    assert await found(api, rich.admin, ids.make("Shop", Piece(shop, "2026-05-15"))) is None
    day = Piece(shop, "2026-05-15")
    assert (await found(api, rich.admin, ids.make("ShopDay", day), DAY))["date"] == "2026-05-15"
    assert await found(api, rich.admin, ids.make("ShopDay", f"{str(shop).upper()}/{day.which}")) is None


async def test_many_of_a_kind_take_as_many_statements_as_one(rich: World, api: Api) -> None:
    today, month = business_days.statement_day_of(clock.now()), clock.month_of(clock.now())
    for kind, fields, keys in (
        ("ShopDay", DAY, [Piece(rich.a.shop.id, today.isoformat()), Piece(rich.b.shop.id, "2026-05-15")]),
        ("StatementMonth", MONTH, [Piece(rich.a.shop.id, f"{month}"), Piece(rich.b.shop.id, "2026-05-01")]),
        ("Leaderboard", BOARD, [Piece(rich.a.grid.id, f"MONTH/{month}"), Piece(rich.b.community.id, "ALL/")]),
    ):
        counts = []
        for asked in (keys[:1], keys):
            fetched = [f'n{place}: node(id: "{ids.make(kind, key)}") {{ {fields} }}' for place, key in enumerate(asked)]
            with database.observed_statements() as seen:
                answer = await api.query(rich.admin.token, f"{{ {' '.join(fetched)} }}")
            assert all(answer.values()), kind
            counts.append(len(seen))
        assert counts[0] == counts[1], (kind, counts)

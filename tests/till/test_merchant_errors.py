"""The error codes of docs/merchant.md: each one provoked, none left out that the code could answer."""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountState, ShopState
from models.shops import Shop
from schema.graph import permissions
from schema.http import refusals
from services.discounts import discounts
from services.kit import errors, text
from services.kit.errors import ErrorCode
from services.kit.settings import current
from services.till import attempts, eligibility, holds, preparations, redemptions
from services.writes import requests
from tests.town import documents, story, till
from tests.town.documents import Api
from tests.town.guides import PAGES, code, rows
from tests.town.till import Phone
from tests.town.world import Person, Travel, World, discount

# Whatever a till's operation runs that could refuse. (Personal reasons become NOT_ELIGIBLE: eligibility is left out.)
PASSED_THROUGH: list[ModuleType | Callable[..., Any]] = [
    preparations, redemptions, holds, requests, attempts, discounts.unavailable, discounts.outside_hours,
    discounts.out_of_stock, eligibility.ceiling_reached,
    errors.not_found, permissions.require, text.clean, text.whole,
]  # fmt: skip


@dataclass
class Till:
    """A till with a customer's pass before it."""

    api: Api
    world: World
    travel: Travel
    colleague: Person
    phone: Phone

    @property
    def cashier(self) -> Person:
        assert self.world.a.cashier
        return self.world.a.cashier

    async def prepare(self, who: Person | None, code: str | None = None, bill_fen: int = till.BILL) -> Any:
        return await till.prepare(self.api, who, code or self.phone.qr(), bill_fen)

    async def prepared(self) -> str:
        return till.token(await self.prepare(self.cashier))

    async def confirm(self, who: Person | None, token: str, number: str | None = None) -> Any:
        return await till.confirm(self.api, who, token, number)

    async def redeemed(self, number: str = "first") -> str:
        payload = await self.confirm(self.cashier, await self.prepared(), number)
        return str(payload["redemption"]["id"])

    async def revoke(self, who: Person | None, redemption: str, **given: str) -> Any:
        return await till.revoke(self.api, who, redemption, **given)

    async def offered(self, **terms: Any) -> Any:
        """What is answered where the discount's terms are others by now."""
        await Discount.filter(id=self.world.a.discount.id).update(**terms)
        return await self.prepare(self.cashier)


Answer = Callable[[Till], Awaitable[Any]]


async def mistyped_too_often(at: Till) -> Any:
    for number in range(current().max_guesses_per_cashier):
        await at.prepare(at.cashier, till.checked(f"{(int(at.phone.slot) + 1) % 10_000:04}{number:06}"))
    return await at.prepare(at.cashier, at.phone.short())


async def redeemed_before(at: Till) -> Any:
    await at.redeemed()
    return await at.prepare(at.colleague)


async def prepared_elsewhere(at: Till) -> Any:
    await at.prepare(at.colleague)
    return await at.prepare(at.cashier)


async def ceiling_reached(at: Till) -> Any:
    await Shop.filter(id=at.world.a.shop.id).update(monthly_ceiling_fen=1)
    return await at.prepare(at.cashier)


async def own_phone_tells(at: Till) -> Any:
    return await at.offered(cost_points=10_000)


async def too_late(at: Till) -> Any:
    token = await at.prepared()
    at.travel.by(seconds=121)
    return await at.confirm(at.cashier, token)


async def cancelled_meanwhile(at: Till) -> Any:
    token = await at.prepared()
    await Shop.filter(id=at.world.a.shop.id).update(state=ShopState.SUSPENDED)
    return await at.confirm(at.cashier, token)


async def confirmed_before(at: Till) -> Any:
    token = await at.prepared()
    await at.confirm(at.cashier, token)
    return await at.confirm(at.cashier, token)


async def confirmed_another(at: Till) -> Any:
    await at.redeemed("first")
    other = await till.phone(at.api, at.world.a, discount=await discount(at.world.a.shop))
    return await at.confirm(at.cashier, till.token(await at.prepare(at.cashier, other.qr())), "first")


async def revoked_for_another_reason(at: Till) -> Any:
    redemption = await at.redeemed()
    await at.revoke(at.cashier, redemption, request_no="one")
    return await at.revoke(at.cashier, redemption, request_no="one", reason="别的原因")


async def revoked_too_late(at: Till) -> Any:
    redemption = await at.redeemed()
    at.travel.by(hours=1)
    return await at.revoke(at.cashier, redemption)


async def number_too_long(at: Till) -> Any:
    return await at.confirm(at.cashier, await at.prepared(), "x" * 65)


async def without_a_reason(at: Till) -> Any:
    return await at.revoke(at.cashier, await at.redeemed(), reason=" ")


async def token_of_another_shop(at: Till) -> Any:
    return await at.confirm(at.world.b.cashier, await at.prepared())


async def redemption_of_another_shop(at: Till) -> Any:
    return await at.revoke(at.world.b.cashier, await at.redeemed())


P, C, R = "P", "C", "R"
PROVOKED: dict[tuple[str, str], Answer] = {
    ("UNAUTHENTICATED", P): lambda at: at.prepare(None),
    ("UNAUTHENTICATED", C): lambda at: at.confirm(None, "x"),
    ("UNAUTHENTICATED", R): lambda at: at.revoke(None, "x"),
    ("FORBIDDEN", P): lambda at: at.prepare(at.world.a.staff),
    ("FORBIDDEN", C): lambda at: at.confirm(at.world.a.staff, "x"),
    ("FORBIDDEN", R): lambda at: at.revoke(at.world.a.staff, "x"),
    ("INVALID_INPUT", P): lambda at: at.prepare(at.cashier, bill_fen=10_000_001),
    ("INVALID_INPUT", C): number_too_long,
    ("INVALID_INPUT", R): without_a_reason,
    ("CODE_INVALID", P): lambda at: at.prepare(at.cashier, at.phone.qr(-2)),
    ("JUST_REDEEMED", P): redeemed_before,
    ("TOO_MANY_ATTEMPTS", P): mistyped_too_often,
    ("PASS_IN_USE", P): prepared_elsewhere,
    ("NOT_ELIGIBLE", P): own_phone_tells,
    ("DISCOUNT_NOT_AVAILABLE", P): lambda at: at.offered(state=DiscountState.PAUSED),
    ("OUTSIDE_HOURS", P): lambda at: at.offered(valid_until=at.travel.at.date() - timedelta(days=1)),
    ("BELOW_MINIMUM_SPEND", P): lambda at: at.prepare(at.cashier, bill_fen=999),
    ("OUT_OF_STOCK", P): lambda at: at.offered(stock_total=0),
    ("CEILING_REACHED", P): ceiling_reached,
    ("NOT_FOUND", C): token_of_another_shop,
    ("NOT_FOUND", R): redemption_of_another_shop,
    ("PREPARATION_EXPIRED", C): too_late,
    ("PREPARATION_CANCELLED", C): cancelled_meanwhile,
    ("ALREADY_CONFIRMED", C): confirmed_before,
    ("REQUEST_NO_REUSED", C): confirmed_another,
    ("REQUEST_NO_REUSED", R): revoked_for_another_reason,
    ("NOT_REVOCABLE", R): revoked_too_late,
}


@pytest.mark.parametrize(("answered", "at", "provoke"), [(*key, provoke) for key, provoke in PROVOKED.items()])
async def test_each_is_answered(
    answered: str, at: str, provoke: Answer, travel: Travel, rich: World, api: Api, colleague: Person
) -> None:
    payload = await provoke(Till(api, rich, travel, colleague, await till.phone(api, rich.a)))
    assert story.code(payload) == answered and payload["errors"][0]["message"]


def test_no_other_could_be_answered() -> None:
    source = "".join(map(inspect.getsource, PASSED_THROUGH))
    reachable = set(re.findall(r"ErrorCode\.([A-Z_]+)", source)) | {"NOT_FOUND"}
    assert reachable == {answered for answered, _ in PROVOKED}
    assert reachable <= {code.value for code in ErrorCode}


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        (PAGES[0], "code | at | what the cashier does | what the program does"),
        (PAGES[1], "代码 | 时机 | 店员怎么做 | 程序怎么做"),
    ],
)
def test_each_has_its_row(page: str, heading: str) -> None:
    shown = {}
    for cells in rows(page, heading):
        assert len(cells) == 4 and all(cells), cells
        shown[code(cells[0])] = cells[1].split()
    met: dict[str, list[str]] = {}
    for answered, at in PROVOKED:
        met.setdefault(answered, []).append(at)
    assert shown == {answered: sorted(at, key="PCR".index) for answered, at in met.items()}


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        (PAGES[0], "as `application/json` | as `graphql-response+json` | code | meaning | what the program does"),
        (PAGES[1], "`application/json` | `graphql-response+json` | 代码 | 意思 | 程序怎么做"),
    ],
)
def test_each_status_has_its_row(page: str, heading: str) -> None:
    shown = {(int(cells[0]), int(cells[1]), code(cells[2])) for cells in rows(page, heading) if all(cells)}
    before = {(status, status, answered) for status, answered in refusals.CODES.items()}
    assert shown == before | {(400, 400, "BAD_REQUEST"), (200, 400, "BAD_REQUEST"), (200, 200, "INTERNAL")}


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        ({"query": "{"}, (200, 400)),
        ({"query": "{ nothingOfThatName }"}, (200, 400)),
        ({"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {}}, (200, 400)),
        ({"query": "{ shops(first: 1000) { edges { cursor } } }"}, (200, 200)),  # a read's refusal, beside other reads
        ({"variables": {}}, (400, 400)),
        ("not an object", (400, 400)),
    ],
)
async def test_a_mistake_of_the_program_has_the_status_of_the_table(
    db: None, api: Api, sent: Any, statuses: tuple[int, int]
) -> None:
    for accept, status in zip(("application/json", "application/graphql-response+json"), statuses, strict=True):
        for asked in (accept, f"{accept}, text/html;q=0.5"):
            answer = await api.send(None, sent, accept=asked)
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"].startswith(accept)
            assert answer.json()["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "BAD_PAGINATION"}
    for asked in ("*/*", ""):  # as most clients send it, or nothing at all
        assert (await api.send(None, sent, accept=asked)).status_code == statuses[0]


async def test_a_fault_in_an_operation_has_the_status_of_the_table(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(preparations, "_prepare", broken)
    document = documents.text("RedemptionPrepare")
    sent = {"query": document, "variables": {"input": {"code": "x", "billFen": 1}}}
    for accept in ("application/json", "application/graphql-response+json"):
        answer = await api.send(rich.a.cashier.token, sent, accept=accept)
        assert (answer.status_code, answer.json()["data"]) == (200, None)
        assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"

"""A small district for tests: two communities, everybody in both, made through the models; and a clock.

Community A (`a`) is where most tests play; community B (`b`) is the foreign one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.accounts import Account, Membership, Session
from models.discounts import Discount, DiscountCounter
from models.enums import AreaKind, DiscountKind, DiscountState, PointsAccountKind, Role, ShopCategory, ShopState
from models.people import Area, Household, HouseholdHead
from models.points import PointsAccount
from models.shops import Shop
from services.accounts import sessions
from services.db import database
from services.discounts import table as discount_table
from services.kit import clock
from services.kit.secrets import phone_columns
from services.kit.viewer import Viewer

FRIDAY_NOON = datetime(2026, 5, 15, 12, 0, tzinfo=clock.SHANGHAI)


@dataclass
class Person:
    """Somebody with an account and a token."""

    account_id: UUID
    token: str
    name: str


@dataclass
class Community:
    """One community: a grid with a building, two heads, three households, staff, a worker, a shop with a cashier who
    owns it."""

    community: Area
    grid: Area
    building: Area
    heads: list[HouseholdHead] = field(default_factory=list)
    head_people: list[Person] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    residents: list[Person] = field(default_factory=list)
    staff: Person | None = None
    worker: Person | None = None
    shop: Shop | None = None
    cashier: Person | None = None
    plain_cashier: Person | None = None
    discount: Discount | None = None


@dataclass
class World:
    """The district and its two communities. `households[0]` and `[1]` belong to `heads[0]`, `[2]` to `heads[1]`."""

    district: Area
    a: Community
    b: Community
    admin: Person
    auditor: Person

    @classmethod
    async def make(cls) -> "World":
        """Build it all."""
        async with _in_bulk():
            district = await area(None, AreaKind.DISTRICT, "d", "汇川区")
            sub = await area(district, AreaKind.SUBDISTRICT, "s1", "上海路街道")
            a = await community(sub, "a", phone_from=1000)
            b = await community(sub, "b", phone_from=2000)
            admin = await person("管理员", Role.DISTRICT_ADMIN, area=district)
            auditor = await person("审计员", Role.AUDITOR, area=district)
        return cls(district, a, b, admin, auditor)


# In this order, no row is written before one that it refers to.
_TABLES = (
    Area, HouseholdHead, PointsAccount, Household, Shop, Account, Membership, Session, Discount, DiscountCounter,
)  # fmt: skip


@asynccontextmanager
async def _in_bulk() -> AsyncIterator[None]:
    """Write the rows that the block makes at its end, a statement a table: most tests begin with a hundred of them.

    The block must await nothing else, for nothing anywhere is saved meanwhile.
    """
    made: dict[type[Model], list[Model]] = {table: [] for table in _TABLES}

    async def later(row: Model, *_: Any, **__: Any) -> None:
        row._saved_in_db = True  # others may refer to it
        made[type(row)].append(row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Model, "save", later)
        yield
    for table, rows in made.items():
        await table.bulk_create(rows)


async def area(parent: Area | None, kind: AreaKind, code: str, name: str) -> Area:
    """One place."""
    return await Area.create(
        kind=kind, code=code, name=name, parent=parent, path=f"{parent.path if parent else ''}{code}/"
    )


async def person(name: str, role: Role | None = None, **scope: Any) -> Person:
    """An account with a membership and a token."""
    account = await Account.create(display_name=name, created_at=clock.now())
    if role is not None:
        await grant(account.id, role, **scope)
    return Person(account.id, await sessions.open_session(account.id), name)


async def another_session(who: Person, label: str = "旧手机") -> UUID:
    """One more session of somebody who is signed in."""
    await sessions.open_session(who.account_id, label)
    newest = await Session.filter(account_id=who.account_id).order_by("-id").first()
    assert newest is not None
    return newest.id


async def grant(account_id: UUID, role: Role, **scope: Any) -> Membership:
    """One more membership of an account."""
    return await Membership.create(account_id=account_id, role=role, granted_at=clock.now(), **scope)


async def head(grid: Area, name: str, *, opted_in: bool = True, phone: str | None = None) -> HouseholdHead:
    """A household head with empty points accounts."""
    now = clock.now()
    made = await HouseholdHead.create(
        grid=grid,
        name=name,
        created_at=now,
        opted_in_at=now - timedelta(days=400) if opted_in else None,
        **(phone_columns(phone) if phone else {}),
    )
    for kind in PointsAccountKind:
        await PointsAccount.create(head=made, kind=kind)
    return made


async def household(grid: Area, of: HouseholdHead, name: str, phone: str, building: Area | None = None) -> Household:
    """A household with a phone."""
    return await Household.create(
        grid=grid,
        building=building,
        head=of,
        address=f"{building.name if building else ''}{phone[-3:]}室",
        contact_name=name,
        created_at=clock.now(),
        **phone_columns(phone),
    )


async def shop(of: Area, name: str, **terms: Any) -> Shop:
    """An active shop."""
    return await Shop.create(
        **{
            "area": of,
            "name": name,
            "category": ShopCategory.FOOD,
            "address": "香港路1号",
            "latitude": 27.73,
            "longitude": 106.92,
            "state": ShopState.ACTIVE,
            "created_at": clock.now(),
            **terms,
        }
    )


async def discount(of: Shop, **terms: Any) -> Discount:
    """An active discount: 八折 from 10 yuan for 10 points, unless said otherwise."""
    key = terms.get("id") or uuid7()
    made = await Discount.create(
        **{
            "id": key,
            "shop": of,
            "origin_id": key,
            "title": "全场八折",
            "kind": DiscountKind.PERCENT_OFF,
            "percent_off": 20 if terms.get("kind", DiscountKind.PERCENT_OFF) == DiscountKind.PERCENT_OFF else None,
            "min_spend_fen": 1000,
            "cost_points": 10,
            "state": DiscountState.ACTIVE,
            "created_at": clock.now(),
            "approved_at": None if terms.get("state") in discount_table.IN_PREPARATION else clock.now(),
            "submitted_at": clock.now(),
            **terms,
        }
    )
    if made.version == 1:
        await DiscountCounter.create(discount=made)
    return made


async def community(sub: Area, code: str, phone_from: int) -> Community:
    """One community with everybody in it."""
    place = await area(sub, AreaKind.COMMUNITY, code, f"{code.upper()}社区")
    grid = await area(place, AreaKind.GRID, "g1", "第一网格")
    building = await area(grid, AreaKind.BUILDING, "b1", "1栋")
    made = Community(place, grid, building)
    for index, name in enumerate(("赵联户", "钱联户")):
        one = await head(grid, name, phone=f"1000000{phone_from + index}")
        made.heads.append(one)
        made.head_people.append(await person(name, Role.HOUSEHOLD_HEAD, head=one))
    for index, name in enumerate(("孙居民", "李居民", "周居民")):
        home = await household(grid, made.heads[index // 2], name, f"1000000{phone_from + 100 + index}", building)
        made.households.append(home)
        made.residents.append(await person(name, Role.RESIDENT, household=home))
    made.staff = await person("吴社工", Role.COMMUNITY_STAFF, area=place)
    made.worker = await person("郑网格", Role.GRID_WORKER, area=grid)
    made.shop = await shop(place, f"{code.upper()}小吃店")
    made.cashier = await person("王店员", Role.SHOP_STAFF, shop=made.shop, owner=True)
    made.discount = await discount(made.shop)
    return made


# -- Who asks ----------------------------------------------------------------------------------------------------------


async def viewer(person: Person | None) -> Viewer:
    assert person is not None
    found = await sessions.authenticate(person.token)
    assert found is not None
    return found


def everybody(world: World) -> dict[str, Person | None]:
    """Own and foreign people of every role, and nobody."""
    found: dict[str, Person | None] = {"nobody": None, "admin": world.admin, "auditor": world.auditor}
    for prefix, place in (("", world.a), ("foreign ", world.b)):
        found |= {
            f"{prefix}resident": place.residents[0],
            f"{prefix}neighbour": place.residents[1],
            f"{prefix}head": place.head_people[0],
            f"{prefix}other head": place.head_people[1],
            f"{prefix}staff": place.staff,
            f"{prefix}worker": place.worker,
            f"{prefix}cashier": place.cashier,
        }
    return found


async def keep_signed_in() -> None:
    """After days of travel nobody's session has run out."""
    now = clock.now()
    await database.execute("UPDATE sessions SET last_seen_at = $1, expires_at = $2", now, now + timedelta(days=1))


# -- Time --------------------------------------------------------------------------------------------------------------


class Travel:
    """Stands in for `clock.now`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = FRIDAY_NOON
        monkeypatch.setattr(clock, "now", lambda: self.at.astimezone(UTC))

    def to(self, at: datetime) -> None:
        """Stand still at another moment."""
        self.at = at

    def by(self, **passes: float) -> None:
        """Let time pass: `seconds=`, `hours=`, `days=`."""
        self.at += timedelta(**passes)

"""What every step of a shop shares: lock it, ask the table, move it, record the step.

Used by the steps of a shop and of its staff; runs inside the caller's transaction.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.enums import AreaKind, NotificationKind, ShopAction, ShopCategory, ShopKind, ShopState
from services.db import database
from services.kit import clock, geo, text
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.forms import Form
from services.kit.viewer import Viewer, inside
from services.live import outbox
from services.shops import shops, table
from services.shops.shops import Shop
from services.shops.table import MAX_CEILING_FEN, OF_PARTNERS, ShopActor
from services.writes import transitions, turns
from services.writes.transitions import Transition
from services.writes.write import Unchanged

MAX_NAME = 64
MAX_ADDRESS = 120
MAX_HOURS = 60

_NAME_ONCE = "shops_name_once_an_area"


# Of which the owners are told, and who applied.
_DECISIONS = frozenset({ShopAction.APPROVE, ShopAction.REJECT, ShopAction.SUSPEND, ShopAction.RESUME})

ShopTransition = Transition[Shop, ShopState, ShopAction, ShopActor]


async def begin(viewer: Viewer, shop_id: UUID, action: ShopAction) -> ShopTransition:
    """Lock the shop and find the step.

    Raises Unchanged when the shop is already in that state, NOT_FOUND for a shop in which the viewer has no capacity,
    and what the shop table raises.
    """
    shop = await lock(viewer, shop_id)
    step = table.step(shop.state, action, shops.standing(viewer, shop), shop.promised)
    if step is None:
        raise Unchanged(shop)
    return Transition(shop, action, step, clock.now(), viewer)


async def lock(viewer: Viewer, shop_id: UUID, field: str = "shopId") -> Shop:
    """Lock a shop in which the viewer has some capacity; waits for running tills.

    Raises NOT_FOUND, and FORBIDDEN to a cashier who does not own it, naming `field`.
    """
    checked(viewer, await shops.read(shop_id), field)
    await turns.exclusive(shop_id)
    # Read again once the lock is held: a statement that waited would see its area as it was before.
    return checked(viewer, await shops.read(shop_id), field)


def checked(viewer: Viewer, shop: Shop | None, field: str = "shopId") -> Shop:
    """Return the shop if the viewer may decide anything about it: check before a stranger's lock makes its tills wait.

    Raises NOT_FOUND, and FORBIDDEN to a cashier who does not own it, naming `field`.
    """
    standing = frozenset() if shop is None else shops.standing(viewer, shop)
    if shop is None or standing <= {ShopActor.INVITED}:
        raise not_found(field)
    if standing == {ShopActor.CASHIER}:
        raise Refusal(ErrorCode.FORBIDDEN, "这由店主办理，请联系店主", field)
    return shop


async def move(transition: ShopTransition, changes: Mapping[str, Any], **details: Any) -> Shop:
    """Move the shop into its next state, with further `changes`, and record the step with `details`.

    Raises INVALID_INPUT for a name that another shop of the area has.
    """
    shop, to_state = transition.thing, transition.step.to_state
    with name_once():
        await transitions.move("shops", shop, to_state, changes)
    transitions.record("Shop", "shop", transition, **details)
    if transition.action in _DECISIONS:
        kind, by = NotificationKind.SHOP_DECIDED, transition.viewer.account_id
        outbox.notice(kind, shop.id, by=by, shops=[shop.id], accounts=[shop.applied_by_id])
    return replace(shop, state=to_state, **changes)


@contextmanager
def name_once() -> Iterator[None]:
    """Refuse, inside the block, a name that another live shop of the area has, even a concurrent one."""
    try:
        yield
    except IntegrityError as error:
        if getattr(error.__cause__, "constraint_name", None) != _NAME_ONCE:
            raise
        message = "该社区已有同名的店铺，请核对，或在店名中注明分店"
        raise Refusal(ErrorCode.INVALID_INPUT, message, "name") from None


async def community(area_id: UUID, paths: tuple[str, ...] | None = None) -> str:
    """Return the path of a community in which a shop can lie, within `paths` where given. Raises NOT_FOUND."""
    path = await database.fetch_value(
        "SELECT path FROM areas WHERE id = $1 AND kind = $2", area_id, AreaKind.COMMUNITY.value
    )
    if path is None or not (paths is None or inside(path, paths)):
        raise not_found("areaId")
    return str(path)


def particulars(
    name: str | None = None,
    category: ShopCategory | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    opening_hours: str | None = None,
    thanks_listed: bool | None = None,
) -> dict[str, Any]:
    """Return the given particulars, cleaned, by column. Raises INVALID_INPUT for all that are unfit."""
    given: dict[str, Any] = {}
    place: tuple[float, float] | None = None
    with Form() as form:
        if name is not None:
            given["name"] = form(text.clean, name, "name", least=1, most=MAX_NAME)
        if category is not None:
            given["category"] = category
        if address is not None:
            given["address"] = form(text.clean, address, "address", least=1, most=MAX_ADDRESS)
        if latitude is not None or longitude is not None:
            place = form(geo.place, latitude, longitude)
        if opening_hours is not None:
            given["opening_hours"] = form(text.clean, opening_hours, "openingHours", most=MAX_HOURS)
    if thanks_listed is not None:
        given["thanks_listed"] = thanks_listed
    if place is not None:
        given["latitude"], given["longitude"] = place
    return given


def fitting(category: ShopCategory, kind: ShopKind) -> None:
    """Raise INVALID_INPUT for a category that only partners have."""
    if kind != ShopKind.PARTNER and category in OF_PARTNERS:
        words = "、".join(one.label for one in OF_PARTNERS)
        raise Refusal(ErrorCode.INVALID_INPUT, f"{words}只用于共建单位，请另选类别", "category")


def changed(shop: Shop, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given columns that differ from the shop's."""
    return {column: value for column, value in given.items() if getattr(shop, column) != value}


def old_and_new(shop: Shop, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return both values of each changed column, for the audit."""
    old = {column: getattr(shop, column) for column in changes}
    return {"old": {name: _kept(value) for name, value in old.items()}} | {
        "new": {name: _kept(value) for name, value in changes.items()}
    }


def _kept(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def ceiling_of(fen: int | None) -> int | None:
    """Return a valid monthly ceiling; None for no limit. Raises INVALID_INPUT."""
    return None if fen is None else text.whole(fen, "monthlyCeilingFen", least=0, most=MAX_CEILING_FEN)

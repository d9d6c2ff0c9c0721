"""Finds the scope of a membership by a path of names, a code, a phone or an id.

Nothing is guessed: no match or several are refused in a sentence that says what to write. Areas are written as
街道/社区/网格, with as many levels as needed; households, heads and shops as documented below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.enums import AreaKind, Role
from services.db import database
from services.kit import phones, text
from services.kit.errors import ErrorCode, Refusal
from services.kit.secrets import phone_index

MAX_GIVEN = 200
LOOKED_AT = 50
NAMED = 3

# The kind of scope of each role; for area roles, the kind of area.
FIELDS = dict.fromkeys(Role, "area") | {
    Role.RESIDENT: "household",
    Role.HOUSEHOLD_HEAD: "head",
    Role.SHOP_STAFF: "shop",
}
KINDS = {
    Role.GRID_WORKER: AreaKind.GRID,
    Role.COMMUNITY_STAFF: AreaKind.COMMUNITY,
    Role.DISTRICT_ADMIN: AreaKind.DISTRICT,
    Role.AUDITOR: AreaKind.DISTRICT,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a membership: its column, the row's id, and a name for people."""

    column: str
    id: UUID
    name: str


def place_of(area: str) -> str:
    """Return SQL for the names from the district down to the area with id `area`, as `place.names`. For FROM."""
    return (
        "LATERAL (WITH RECURSIVE up AS ("
        f"SELECT u.name, u.parent_id, 1 AS step FROM areas u WHERE u.id = {area}"
        " UNION ALL SELECT u.name, u.parent_id, step + 1 FROM areas u JOIN up ON u.id = up.parent_id"
        ") SELECT array_agg(name::text ORDER BY step DESC) AS names FROM up) place"
    )


# `place.names` ends with the names in $1.
_ENDS_WITH = "place.names[cardinality(place.names) - cardinality($1::text[]) + 1:] = $1::text[]"


async def of_role(role: Role, given: str | UUID | None) -> Scope:
    """Return the scope of a role; district roles need none given. Inside the caller's transaction.

    Raises NOT_FOUND for no match, INVALID_INPUT for several or for a scope of the wrong kind, and INVALID_STATE for a
    head who has left or a shop that does not take part.
    """
    field = FIELDS[role]
    if given is None and KINDS.get(role) == AreaKind.DISTRICT:
        return await _district()
    if given is None:
        raise Refusal(ErrorCode.INVALID_INPUT, f"{role.label}须指明范围（--{field}）", field)
    if not isinstance(given, UUID):
        given = text.clean(given, field, least=1, most=MAX_GIVEN)
    if field == "area":
        return await _area(given, role)
    return await {"household": _household, "head": _head, "shop": _shop}[field](given)


def _names(given: str, field: str) -> list[str]:
    names = [name.strip() for name in given.replace("\uff0f", "/").strip("/").split("/")]
    if not all(names):
        raise Refusal(ErrorCode.INVALID_INPUT, "请按 街道/社区/网格 填写，层级之间用一个 / 隔开", field)
    return names


async def _district() -> Scope:
    rows = await database.fetch("SELECT id, name FROM areas WHERE parent_id IS NULL ORDER BY path LIMIT 2")
    if not rows:
        raise Refusal(ErrorCode.NOT_FOUND, "还没有区：请先用 app.py admin 建立", "area")
    if len(rows) > 1:
        raise Refusal(ErrorCode.INVALID_INPUT, "有不止一个区，请写明是哪一个（--area）", "area")
    return Scope("area_id", rows[0]["id"], rows[0]["name"])


async def _area(given: str | UUID, role: Role) -> Scope:
    source = f"SELECT a.id, a.kind, place.names FROM areas a, {place_of('a.id')}"
    if isinstance(given, UUID):
        rows = await database.fetch(f"{source} WHERE a.id = $1", given)
    else:
        names = _names(given, "area")
        rows = await database.fetch(
            f"{source} WHERE a.name = $2 AND {_ENDS_WITH} ORDER BY a.path LIMIT {LOOKED_AT}", names, names[-1]
        )
    wanted = [row for row in rows if row["kind"] == KINDS[role]]
    if rows and not wanted:
        kind = AreaKind(rows[0]["kind"]).label
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            f"{role.label}的范围须是{KINDS[role].label}，“{_path(rows[0])}”是{kind}",
            "area",
        )
    row = _only(wanted, "area", "区域", "请写上级，如 街道/社区/网格", [_path(row) for row in wanted])
    return Scope("area_id", row["id"], _path(row))


async def _household(given: str | UUID) -> Scope:
    """Find by code (户编号), or by the phone of the household or of a resident."""
    source = f"SELECT h.id, h.code, place.names FROM households h, {place_of('h.grid_id')}"
    if isinstance(given, UUID):
        rows = await database.fetch(f"{source} WHERE h.id = $1", given)
    else:
        rows = await database.fetch(
            f"{source} WHERE h.code = $1 OR h.phone_index = $2 OR h.id IN ("
            " SELECT m.household_id FROM memberships m JOIN accounts a ON a.id = m.account_id"
            f" WHERE a.phone_index = $2 AND m.revoked_at IS NULL) ORDER BY h.id LIMIT {LOOKED_AT}",
            given,
            _phone_index(given),
        )
    codes = [row["code"] or "无户编号" for row in rows]
    row = _only(rows, "household", "住户", "请写户编号", codes)
    return Scope("household_id", row["id"], "/".join([*row["names"], row["code"] or "无户编号"]))


async def _head(given: str | UUID) -> Scope:
    """Find by the head's phone, or by name, with as many areas before it as needed: 某社区/第一网格/王芳."""
    source = f"SELECT hh.id, hh.name, hh.left_at, place.names FROM household_heads hh, {place_of('hh.grid_id')}"
    if isinstance(given, UUID):
        rows = await database.fetch(f"{source} WHERE hh.id = $1", given)
    else:
        *place, name = _names(given, "head")
        rows = await database.fetch(
            f"{source} WHERE hh.phone_index = $3 OR (hh.name = $2 AND {_ENDS_WITH}) OR hh.id IN ("
            " SELECT m.head_id FROM memberships m JOIN accounts a ON a.id = m.account_id"
            f" WHERE a.phone_index = $3 AND m.revoked_at IS NULL) ORDER BY hh.id LIMIT {LOOKED_AT}",
            place,
            name,
            _phone_index(given),
        )
    there = [row for row in rows if row["left_at"] is None]
    if rows and not there:
        raise Refusal(ErrorCode.INVALID_STATE, "这位联户长已离任", "head")
    row = _only(there, "head", "联户长", "请写手机号，或在姓名前写上社区/网格", [_path(row) for row in there])
    return Scope("head_id", row["id"], _path(row))


async def _shop(given: str | UUID) -> Scope:
    """Find by name, with as many areas before it as needed: 某社区/某小吃店."""
    rows = await _shops(given)
    there = [row for row in rows if row["state"] in {"ACTIVE", "SUSPENDED"}]
    if rows and not there:
        raise Refusal(ErrorCode.INVALID_STATE, "这家店铺还没有获批，或已退出", "shop")
    return _only_shop(there)


async def shop(given: str | UUID) -> UUID:
    """Return the id of a shop by its id, its name or 社区/店名; a shop that has left only when no current one matches.

    Raises NOT_FOUND and INVALID_INPUT as `of_role`.
    """
    rows = await _shops(given if isinstance(given, UUID) else text.clean(given, "shop", least=1, most=MAX_GIVEN))
    there = [row for row in rows if row["state"] in {"ACTIVE", "SUSPENDED"}]
    return _only_shop(there or rows).id


async def _shops(given: str | UUID) -> list[dict[str, Any]]:
    source = f"SELECT s.id, s.name, s.state, place.names FROM shops s, {place_of('s.area_id')}"
    if isinstance(given, UUID):
        return await database.fetch(f"{source} WHERE s.id = $1", given)
    # A shop's own name may hold a slash.
    *place, name = _names(given, "shop")
    return await database.fetch(
        f"{source} WHERE s.name = $3 OR (s.name = $2 AND {_ENDS_WITH}) ORDER BY s.id LIMIT {LOOKED_AT}",
        place,
        name,
        given,
    )


def _only_shop(rows: Sequence[dict[str, Any]]) -> Scope:
    row = _only(rows, "shop", "店铺", "请在店名前写上社区，如 某社区/某店", [_path(row) for row in rows])
    return Scope("shop_id", row["id"], _path(row))


def _phone_index(given: str) -> bytes | None:
    """Return the blind index of a phone; None when the text is none."""
    try:
        return phone_index(phones.phone(given, "phone"))
    except Refusal:
        return None


def _path(row: dict[str, Any]) -> str:
    """Return the names from the district down to an area, or to the head or shop in it."""
    return "/".join([*row["names"], *([row["name"]] if "name" in row else [])])


def _only(rows: Sequence[dict[str, Any]], field: str, word: str, hint: str, named: Sequence[str]) -> dict[str, Any]:
    """Return the one match. Raises a refusal that names some matches and what to write."""
    if not rows:
        raise Refusal(ErrorCode.NOT_FOUND, f"找不到这样的{word}，请核对", field)
    if len(rows) > 1:
        many = f"{len(rows)} 处以上" if len(rows) == LOOKED_AT else f"{len(rows)} 处"
        more = "等" if len(named) > NAMED else ""
        raise Refusal(
            ErrorCode.INVALID_INPUT, f"符合的{word}有 {many}：{'、'.join(named[:NAMED])}{more}；{hint}", field
        )
    return rows[0]

"""What a session may do: what its account's memberships allow, less what the way it was opened withholds. Pure.

A session that a shop's code opened acts as staff of that shop alone; one that a desk's code opened as resident or
household head in the issuer's area alone. Administrators and auditors, and whoever has a second factor, work at a
console only once the session has shown it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from models.enums import Role, SignInMethod
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer, inside

# Roles exercised at a console, which idles out soon.
CONSOLES = (Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.DISTRICT_ADMIN, Role.AUDITOR)
SECOND_FACTOR_REQUIRED = (Role.DISTRICT_ADMIN, Role.AUDITOR)
AT_HOME = (Role.RESIDENT, Role.HOUSEHOLD_HEAD)

CONSOLE_IDLE = timedelta(minutes=30)
TILL_IDLE = timedelta(hours=12)
DESK_FOR = timedelta(days=30)


def valid(now: str, idle: str) -> str:
    """Return SQL over `sessions s`, given SQL for the time and for the longest idleness: neither revoked nor expired,
    nor idle for longer than the account's roles allow; nor bound where the account works at a console."""
    console, till = _holds(CONSOLES), _holds([Role.SHOP_STAFF])
    return (
        f"s.revoked_at IS NULL AND s.expires_at > {now} AND s.last_seen_at > {now}::timestamptz - CASE"
        f" WHEN s.method IN ('OPERATOR', 'DESK') THEN {idle}::interval"
        f" WHEN {console} THEN LEAST({idle}, {_interval(CONSOLE_IDLE)})"
        f" WHEN {till} THEN LEAST({idle}, {_interval(TILL_IDLE)})"
        f" ELSE {idle} END AND (s.method NOT IN ('DESK', 'SHOP') OR NOT {console})"
    )


def works_at_console(account: str) -> str:
    """Return SQL, given SQL for an account's id: it works at a console. No desk's or shop's code lets it in."""
    return _holds(CONSOLES, account)


def _holds(roles: Sequence[Role], account: str = "s.account_id") -> str:
    names = ", ".join(f"'{role}'" for role in roles)
    return (
        f"EXISTS (SELECT 1 FROM memberships k WHERE k.account_id = {account} AND k.revoked_at IS NULL"
        f" AND k.role IN ({names}))"
    )


def _interval(length: timedelta) -> str:
    return f"interval '{length.total_seconds():.0f} seconds'"


def needs_second_factor(roles: Sequence[Role], *, enrolled: bool) -> bool:
    """Return whether an account with these roles has to show a second factor."""
    return enrolled or any(role in SECOND_FACTOR_REQUIRED for role in roles)


def viewer(rows: Sequence[dict[str, Any]]) -> Viewer:
    """Return the viewer of a session: its rows, one a membership, or one with none."""
    first = rows[0]
    bound = first["bound_shop_id"] is not None or first["bound_path"] is not None
    held = [row for row in rows if row["role"] is not None and _acts(row)]
    withheld = (
        first["method"] != SignInMethod.OPERATOR
        and not first["proven"]
        and needs_second_factor([row["role"] for row in held], enrolled=first["enrolled"])
    )
    if withheld:
        held = [row for row in held if row["role"] not in CONSOLES]
    heads = [row["head_id"] for row in held if row["role"] == Role.HOUSEHOLD_HEAD]
    return Viewer(
        account_id=first["account_id"],
        session_id=first["session_id"],
        display_name=first["display_name"],
        roles=frozenset(Role(row["role"]) for row in held),
        household_ids=tuple(row["household_id"] for row in held if row["role"] == Role.RESIDENT),
        head_id=heads[0] if heads else None,
        head_active=all(row["head_active"] for row in held if row["role"] == Role.HOUSEHOLD_HEAD),
        shop_ids=tuple(row["shop_id"] for row in held if row["role"] == Role.SHOP_STAFF),
        active_shop_ids=tuple(row["shop_id"] for row in held if row["shop_active"]),
        owned_shop_ids=tuple(row["shop_id"] for row in held if row["owner"] and not bound),
        worker_paths=_paths(held, Role.GRID_WORKER),
        staff_paths=_paths(held, Role.COMMUNITY_STAFF),
        admin_paths=_paths(held, Role.DISTRICT_ADMIN),
        auditor_paths=_paths(held, Role.AUDITOR),
        bound=bound,
        second_factor_due=withheld,
    )


def check_unbound(viewer: Viewer) -> None:
    """Raise FORBIDDEN for a session that a desk's or a shop's code opened: it changes nothing of the account itself."""
    if viewer.bound:
        message = "这次是用当面出示的登录码登录的，不能办这一项：请用手机验证码或微信登录后再办"
        raise Refusal(ErrorCode.FORBIDDEN, message)


def check_whole(viewer: Viewer) -> None:
    """Raise FORBIDDEN for a bound session, and for one that has yet to show the second factor: whoever has the phone
    alone neither takes the account over nor away."""
    check_unbound(viewer)
    if viewer.second_factor_due:
        raise Refusal(ErrorCode.FORBIDDEN, "请先完成两步验证，再办这一项")


def _acts(row: dict[str, Any]) -> bool:
    """Return whether a session acts by this membership."""
    if row["bound_shop_id"] is not None:
        return bool(row["shop_id"] == row["bound_shop_id"])
    if row["bound_path"] is not None:
        return row["role"] in AT_HOME and inside(row["home_path"], (row["bound_path"],))
    return True


def _paths(rows: Sequence[dict[str, Any]], role: Role) -> tuple[str, ...]:
    return tuple(str(row["path"]) for row in rows if row["role"] == role)

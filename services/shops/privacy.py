"""What shops hold of a person: who was invited by which phone and name. The shop itself stands."""

from datetime import datetime

from services.audit import log as audit
from services.db import database
from services.db.personal import Person, Privacy, Section, by_id
from services.db.sql import Args


def _invitations(args: Args, person: Person) -> str:
    """Return those of the phone, and those that were accepted; who invited is another person."""
    return (
        "SELECT i.id, i.role, i.owner, i.name, s.name AS shop, i.state, i.created_at, i.expires_at, i.ended_at"
        " FROM invitations i LEFT JOIN shops s ON s.id = i.shop_id"
        f" WHERE (i.phone_index = ANY({args(list(person.phone_indexes))})"
        f" OR i.account_id = ANY({args(list(person.account_ids))}))"
    )


def _shops(args: Args, person: Person) -> str:
    accounts = args(list(person.account_ids))
    return (
        "SELECT s.id, s.name, s.address, s.category, s.state, s.created_at FROM shops s"
        f" WHERE (s.applied_by_id = ANY({accounts}) OR s.entered_by_id = ANY({accounts}))"
    )


def _changes(args: Args, person: Person) -> str:
    return (
        "SELECT c.id, s.name AS shop, c.name, c.address, c.state, c.asked_at FROM shop_changes c"
        " JOIN shops s ON s.id = c.shop_id WHERE c.asked_by_id = owner.id"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Withdraw the invitations of the phone; forget the names under which the person was invited."""
    rows = await database.fetch(
        "UPDATE invitations SET state = 'WITHDRAWN', ended_at = $2, phone_encrypted = NULL, phone_index = NULL,"
        " name = NULL WHERE phone_index = ANY($1) AND state = 'OPEN' RETURNING id",
        list(person.phone_indexes),
        at,
    )
    audit.record_each(None, "invitation.withdraw", "Invitation", [row["id"] for row in rows])
    await database.execute(
        "UPDATE invitations SET name = NULL WHERE account_id = ANY($1) AND name IS NOT NULL", list(person.account_ids)
    )


_SHOP = "the shop's particulars, which customers and its statements go by"
_DECISION = "the reason of a decision on a shop, which stays with the shop"

PRIVACY = Privacy(
    sections=(
        Section("invitations", _invitations, by_id("i")),
        Section("shopsApplied", _shops, by_id("s")),
        Section("shopChangesAsked", _changes, by_id("c"), "account_ids"),
    ),
    erased=("invitations.name", "invitations.phone_encrypted", "invitations.phone_index"),
    kept={
        "shops.name": _SHOP,
        "shops.address": _SHOP,
        "shops.state_reason": _DECISION,
        "shop_changes.name": _SHOP,
        "shop_changes.address": _SHOP,
        "shop_changes.reason": _DECISION,
    },
    impersonal=("past_hours.hours", "shops.opening_hours"),
    erase=_erase,
)

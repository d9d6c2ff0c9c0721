"""Contact details of households: revealed to the assigned head only while needed, and logged each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models.enums import ContactKind
from services.audit import log as audit
from services.db import database
from services.db.database import Journal
from services.db.paging import Keyset, Page, PageRequest
from services.db.sql import Args
from services.kit import clock
from services.kit.errors import ErrorCode, Refusal, not_found
from services.kit.secrets import decrypt
from services.kit.viewer import Viewer
from services.people import heads
from services.wishes import wishes
from services.wishes.table import reveals
from services.writes.write import write

REVEALS = Journal.of(
    "contact_reveals",
    id="uuid",
    wish_id="uuid",
    household_id="uuid",
    account_id="uuid",
    head_id="uuid",
    kind="text",
    revealed_at="timestamptz",
)
NEWEST_FIRST = Keyset("contactReveals", {"id": ("c.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact detail, and the name of the contact."""

    kind: ContactKind
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ContactReveal:
    """One reveal in the household's log. `shown_to` is the account's name."""

    id: UUID
    wish_id: UUID
    household_id: UUID
    shown_to: str
    kind: ContactKind
    revealed_at: datetime


@write
async def reveal(viewer: Viewer, wish_id: UUID, kind: ContactKind) -> Contact:
    """Return a contact detail to the assigned head, and log the reveal for the household.

    The address from dispatch until it is rated, the phone from acceptance to completion. Raises NOT_FOUND for a wish
    that does not exist for the viewer, FORBIDDEN unless the viewer is its assigned and active head, INVALID_STATE
    outside those times and when there is no phone. Locks the wish.
    """
    await database.fetch("SELECT id FROM wishes WHERE id = $1 FOR NO KEY UPDATE", wish_id)
    wish = (await wishes.by_ids(viewer, [wish_id])).get(wish_id)
    if wish is None:
        raise not_found("wishId")
    if viewer.head_id is None or viewer.head_id != wish.head_id:
        raise Refusal(ErrorCode.FORBIDDEN, "只有承办的联户长可以查看联系信息；派给多人的心愿，接单后可查看")
    head = await heads.lock(viewer.head_id)
    if head is None or not head.active:
        raise Refusal(ErrorCode.FORBIDDEN, "您的联户长身份已暂停，暂时不能查看联系信息")
    if not reveals(wish.state, kind):
        raise Refusal(ErrorCode.INVALID_STATE, _WHEN[kind])
    contact = await _contact(wish.household_id, kind)
    assert viewer.account_id is not None, "a head is signed in"
    revealed = (uuid7(), wish_id, wish.household_id, viewer.account_id, viewer.head_id, kind, clock.now())
    database.collect(REVEALS, [revealed])
    audit.record(viewer.account_id, "wish.reveal_contact", "Wish", wish_id, kind=kind)
    return contact


_WHEN = {
    ContactKind.ADDRESS: "派单后到评单前可查看地址",
    ContactKind.PHONE: "接单后到办结前可查看电话",
}


async def _contact(household_id: UUID, kind: ContactKind) -> Contact:
    row = await database.fetch_one(
        "SELECT contact_name, address, phone_encrypted FROM households WHERE id = $1", household_id
    )
    assert row is not None, "a wish has its household"
    if kind == ContactKind.ADDRESS:
        return Contact(kind, row["contact_name"], row["address"])
    if row["phone_encrypted"] is None:
        raise Refusal(ErrorCode.INVALID_STATE, "这户没有登记电话，请上门或联系社区")
    return Contact(kind, row["contact_name"], decrypt("phone", row["phone_encrypted"]).decode())


async def of_wishes(viewer: Viewer, wish_ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[ContactReveal]]:
    """Return a page of each wish's reveals, newest first. One statement. For those who may read the log."""
    return await _log("wish_id", wish_ids, page)


async def of_households(
    viewer: Viewer, household_ids: Sequence[UUID], page: PageRequest
) -> dict[UUID, Page[ContactReveal]]:
    """Return a page of each household's reveals, newest first. One statement. For those who may read the log."""
    return await _log("household_id", household_ids, page)


async def _log(parent: str, ids: Sequence[UUID], page: PageRequest) -> dict[UUID, Page[ContactReveal]]:
    select = (
        "SELECT c.id, c.wish_id, c.household_id, a.display_name AS shown_to, c.kind, c.revealed_at"
        f" FROM contact_reveals c JOIN accounts a ON a.id = c.account_id WHERE c.{parent} = parent.id"
    )
    return await NEWEST_FIRST.fetch_each(ContactReveal, page, ids, parent, select, Args())

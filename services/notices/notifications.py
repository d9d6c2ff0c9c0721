"""Notifications (通知) as they are read: an account's own, and whether they were read.

A session that a desk's or a shop's code opened sees those that concern what it acts as.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.enums import NotificationAction, NotificationKind
from services.db import database
from services.db.paging import Keyset, Page, PageRequest
from services.db.reading import Reading
from services.db.records import Only
from services.db.sql import Args
from services.kit import clock
from services.kit.viewer import Viewer
from services.notices import kinds
from services.notices.kinds import Subject

MAX_COUNTED = 100  # unread ones; so many are shown as 99+
KEPT_FOR = timedelta(days=90)

COLUMNS = "n.id, n.kind, n.reminder, n.subject_id, n.created_at, n.read_at"
SOURCE = "notifications n"
NEWEST_FIRST = Keyset("notifications", {"id": ("n.id", UUID)}, descending=True)


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification. Its title and text follow from the kind, and name nobody."""

    id: UUID
    kind: NotificationKind
    reminder: bool
    subject_id: UUID
    created_at: datetime
    read_at: datetime | None

    @property
    def title(self) -> str:
        """The title, in Chinese."""
        return self.kind.label

    @property
    def text(self) -> str:
        """The sentence, in Chinese."""
        return kinds.text(self.kind, reminder=self.reminder)

    @property
    def wish_id(self) -> UUID | None:
        """The wish that it is about."""
        return self._about(Subject.WISH)

    @property
    def redemption_id(self) -> UUID | None:
        """The redemption that it is about."""
        return self._about(Subject.REDEMPTION)

    @property
    def dispute_id(self) -> UUID | None:
        """The dispute that it is about."""
        return self._about(Subject.DISPUTE)

    @property
    def shop_id(self) -> UUID | None:
        """The shop that it is about."""
        return self._about(Subject.SHOP)

    @property
    def nomination_id(self) -> UUID | None:
        """The nomination that it is about."""
        return self._about(Subject.NOMINATION)

    @property
    def objection_id(self) -> UUID | None:
        """The objection to a nomination that it is about."""
        return self._about(Subject.OBJECTION)

    @property
    def grant_id(self) -> UUID | None:
        """The grant that it is about."""
        return self._about(Subject.GRANT)

    def _about(self, subject: Subject) -> UUID | None:
        return self.subject_id if kinds.KINDS[self.kind].subject == subject else None


def available_actions(notification: Notification) -> list[NotificationAction]:
    """Return what its account, for whom alone it exists, may do with a notification now."""
    return [NotificationAction.READ] if notification.read_at is None else []


def visible_to(viewer: Viewer, args: Args) -> str:
    """Return SQL over `notifications n`: it is the viewer's own; of a bound session, what concerns its roles."""
    if viewer.account_id is None:
        return "false"
    own = f"n.account_id = {args(viewer.account_id)}"
    return f"{own} AND n.kind = ANY({args(kinds.heard_as(viewer.roles))})" if viewer.bound else own


READING = Reading(Notification, COLUMNS, SOURCE, "n.id", visible_to)
by_ids = READING.by_ids


async def of_viewer(
    viewer: Viewer, page: PageRequest, unread_only: bool | None = None, only: Only = None
) -> Page[Notification]:
    """Return a page of the viewer's notifications, newest first. One statement."""
    args = Args()
    where = visible_to(viewer, args) + (" AND n.read_at IS NULL" if unread_only else "")
    return await READING.page(viewer, page, NEWEST_FIRST, where, args, only=only)


async def unread(viewer: Viewer) -> int:
    """Return how many notifications the viewer has not read, at most 100. One statement."""
    args = Args()
    counted: int = await database.fetch_value(
        f"SELECT count(*) FROM (SELECT FROM {SOURCE} WHERE {visible_to(viewer, args)} AND n.read_at IS NULL"
        f" LIMIT {MAX_COUNTED}) unread",
        *args,
    )
    return counted


async def sweep(limit: int) -> int:
    """Delete at most `limit` notifications of more than 90 days ago; return how many. One statement."""
    return await database.delete_before("notifications", "created_at", clock.now() - KEPT_FOR, limit)

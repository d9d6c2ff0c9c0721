"""What notifications hold of a person: what the account was told, what it agreed to, and by which channels."""

from datetime import datetime

from services.db import database
from services.db.personal import Person, Privacy, Section, by_id
from services.db.sql import Args


def _notifications(args: Args, person: Person) -> str:
    return (
        "SELECT n.id, n.kind, n.subject_id, n.reminder, n.created_at, n.read_at, n.state, n.channel, n.pushed_at"
        " FROM notifications n WHERE n.account_id = owner.id"
    )


def _consents(args: Args, person: Person) -> str:
    return "SELECT c.id, c.template_id, c.remaining, c.changed_at FROM message_consents c WHERE c.account_id = owner.id"


def _choices(args: Args, person: Person) -> str:
    return "SELECT c.id, c.wechat, c.sms, c.changed_at FROM push_choices c WHERE c.account_id = owner.id"


_DELETIONS = (
    "DELETE FROM notifications t USING (SELECT id FROM notifications WHERE account_id = ANY($1) ORDER BY id FOR UPDATE)"
    " own WHERE t.id = own.id",
    "DELETE FROM message_consents t USING (SELECT id FROM message_consents WHERE account_id = ANY($1) ORDER BY id"
    " FOR UPDATE) own WHERE t.id = own.id",
    "DELETE FROM push_choices t USING (SELECT id FROM push_choices WHERE account_id = ANY($1) ORDER BY id FOR UPDATE)"
    " own WHERE t.id = own.id",
)


async def _erase(person: Person, at: datetime) -> None:
    """Delete all of it, locked by id: a sender may be at it."""
    for statement in _DELETIONS:
        await database.execute(statement, list(person.account_ids))


PRIVACY = Privacy(
    sections=(
        Section("notifications", _notifications, by_id("n"), "account_ids"),
        Section("messageConsents", _consents, by_id("c"), "account_ids"),
        Section("pushChoices", _choices, by_id("c"), "account_ids"),
    ),
    erased=("message_consents.template_id", "notifications.error"),
    erase=_erase,
)

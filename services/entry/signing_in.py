"""Signing in (登录): how a person becomes an account with a session."""

from uuid import UUID

from services.accounts import sessions
from services.kit import text
from services.shops import invitations
from services.writes.write import write


@write
async def open_for(phone: str, label: str = "", by: UUID | None = None) -> str:
    """Open a session for the account with this phone; its bearer token, shown this once. What the phone is invited to
    is accepted with it, and makes the account where there is none.

    Raises and locks as `invitations.accept`; INVALID_INPUT for the label.
    """
    label = text.clean(label, "label", most=sessions.MAX_LABEL)
    return await sessions.open_audited(await invitations.accept(phone), label, by)

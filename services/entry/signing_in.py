"""Signing in (登录): from a phone to an account with a session."""

from uuid import UUID

from services.accounts import sessions
from services.kit import text
from services.shops import invitations
from services.writes.write import write


@write
async def open_for(phone: str, label: str = "", by: UUID | None = None) -> str:
    """Open a session for the account with this phone; return its bearer token, shown only this once.

    Accepts the phone's open invitations, which creates a missing account. Raises and locks as `invitations.accept`;
    INVALID_INPUT for the label.
    """
    label = text.clean(label, "label", most=sessions.MAX_LABEL)
    return await sessions.open_audited(await invitations.accept(phone), label, by)

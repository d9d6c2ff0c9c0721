"""Signing in (登录): from what somebody has proven to an account with a session."""

from dataclasses import dataclass, field
from uuid import UUID

from models.enums import CodePurpose, NotificationKind, SignInMethod
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.audit import log as audit
from services.entry import devices, numbers, one_use_codes, phone_codes, rostered, tickets
from services.entry.numbers import Owner
from services.kit import text
from services.kit.errors import ErrorCode, Refusal
from services.kit.forms import Form
from services.live import outbox
from services.shops import invitations
from services.writes.write import write


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who signs in, from which network address, on which device, if it says so. `label` is the session's note."""

    address: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    label: str = ""

    def checked(self) -> tuple[str, bytes | None]:
        """Return the label, cleaned, and the device's key. Raises INVALID_INPUT."""
        with Form() as form:
            checked = form(_label, self.label), form(devices.key, self.device)
        return checked


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session's bearer token, shown only this once; or a ticket, for a phone or a WeChat user that nobody knows
    here yet."""

    token: str | None = field(default=None, repr=False)
    ticket: str | None = field(default=None, repr=False)
    wechat_ticket: str | None = field(default=None, repr=False)


@write
async def open_for(phone: str, label: str = "", by: UUID | None = None) -> str:
    """Open a session for the account with this phone, as an operator; return its bearer token, shown only this once.

    Accepts the phone's open invitations, which creates a missing account. Raises and locks as `invitations.accept`;
    INVALID_INPUT for the label.
    """
    return await sessions.open_audited(await invitations.accept(phone), _label(label), by)


@write
async def by_phone(handle: str, code: str, visitor: Visitor) -> SignedIn | Refusal:
    """Sign in by a code sent to a phone. Accepts the phone's open invitations, which creates a missing account.

    A phone that neither an account, the roster nor an invitation knows gets a ticket, with which its holder asks to
    belong to a household. Raises CODE_INVALID, TOO_MANY_ATTEMPTS as `phone_codes.take`; INVALID_STATE for a disabled
    account and where the number alone opens nothing (`numbers`); INVALID_INPUT. Locks as `phone_codes.take`, then as
    `rostered.enter` or `invitations.accept`.
    """
    label, device_key = visitor.checked()
    proof = await phone_codes.take(handle, code, CodePurpose.SIGN_IN, visitor.address)
    if isinstance(proof, Refusal):
        return proof
    account_id = await account_of(proof.phone)
    if isinstance(account_id, Refusal):
        return account_id
    if account_id is None:
        return SignedIn(ticket=await tickets.for_phone(proof.phone))
    return await opened(account_id, label, Opening(SignInMethod.PHONE, device_key=device_key))


async def account_of(phone: str) -> UUID | Refusal | None:
    """Return the account that a proven phone opens, made of the roster or of an invitation if need be; None for
    none."""
    owner = await numbers.owner_of(phone)
    if owner is not None and (refusal := numbers.refusal(owner)):
        return _refused(owner, refusal)
    if owner is None:
        await rostered.enter(phone)
    try:
        return await invitations.accept(phone)
    except Refusal as refusal:
        if refusal.code == ErrorCode.NOT_FOUND:
            return None
        raise


def _refused(owner: Owner, refusal: Refusal) -> Refusal:
    """Return the refusal, to be committed with its audit row."""
    audit.record(None, "sign_in.refuse", "Account", owner.id, reason=refusal.code.value)
    return refusal


@write
async def by_code(code: str, visitor: Visitor) -> SignedIn | Refusal:
    """Sign in by a one-use code that a desk, a shop's owner or an operator has shown. The account is told.

    Raises CODE_INVALID, TOO_MANY_ATTEMPTS, INVALID_INPUT. Locks the address's window, then the code.
    """
    label, device_key = visitor.checked()
    found = await one_use_codes.take(code, visitor.address)
    if isinstance(found, Refusal):
        return found
    outbox.notice(NotificationKind.CODE_USED, found.id, by=None, accounts=[found.account_id])
    how = Opening(found.method, found.area_id, found.shop_id, found.issued_by_id, device_key)
    return await opened(found.account_id, label, how)


async def opened(account_id: UUID, label: str, how: Opening) -> SignedIn:
    """Open an account's session inside the caller's transaction, with its audit row, and compare the device."""
    token = await sessions.open_audited(
        account_id,
        label,
        account_id,
        how,
        device=devices.shown(how.device_key),
        issued_by=str(how.opened_by_id) if how.opened_by_id else None,
    )
    if how.device_key is not None:
        await devices.compare(account_id, how.device_key)
    return SignedIn(token)


def _label(given: str) -> str:
    return text.clean(given, "label", most=sessions.MAX_LABEL)

"""Changing one's own phone (换手机号): with a code to the old number and a code to the new one.

Who no longer has the old number asks community staff (`roles.phones`).
"""

from models.enums import CodePurpose
from services.accounts.acting import check_whole
from services.db import database
from services.entry import phone_codes
from services.entry.phone_codes import Proof
from services.kit import secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from services.roles import phones
from services.roles.phones import NewPhone
from services.writes.write import write


@write
async def change(viewer: Viewer, old: tuple[str, str], new: tuple[str, str], address: str | None) -> bool | Refusal:
    """Change the viewer's number, given handle and code for the old number and for the new one, of purpose
    CHANGE_PHONE. All sessions end; both numbers are told.

    Raises CODE_INVALID, TOO_MANY_ATTEMPTS; FORBIDDEN as `acting.check_whole`; INVALID_STATE for a number in use. Locks
    as `phone_codes.take`, then as `phones.apply`.
    """
    check_whole(viewer)
    pairs = ((old, ("oldHandle", "oldCode")), (new, ("handle", "code")))
    for (handle, code), fields in pairs:
        if (no_guess := phone_codes.malformed(handle, code, fields)) is not None:
            raise no_guess
    proofs = []
    for (handle, code), fields in pairs:
        proof = await phone_codes.take(handle, code, CodePurpose.CHANGE_PHONE, address, fields)
        if isinstance(proof, Refusal):
            return proof
        proofs.append(proof)
    return await _apply(viewer, *proofs)


async def _apply(viewer: Viewer, old: Proof, new: Proof) -> bool:
    index = await database.fetch_value("SELECT phone_index FROM accounts WHERE id = $1", viewer.account_id)
    mine = {old.account_id, new.account_id} == {viewer.account_id}
    if not mine or index is None or bytes(index) != secrets.phone_index(old.phone):
        raise Refusal(ErrorCode.CODE_INVALID, "请先验证现在登记的手机号，再验证新的手机号", "oldCode")
    changed = NewPhone(viewer.account_id, None, **secrets.phone_columns(new.phone))
    return bool(await phones.apply([changed], viewer.account_id, "phone"))

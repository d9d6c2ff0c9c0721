"""Sign-in codes on their way to the provider: in the background, after COMMIT, each once.

A code is nowhere but in this process's memory, so one that is under way when the process is killed is lost: its owner
asks for another. What the provider did not take no longer counts against the phone, and dies; where nobody knows, it
stays valid.
"""

import asyncio
import logging
from uuid import UUID

from models.enums import CodePurpose
from services.db import database
from services.kit import clock, deadlines
from services.kit.errors import ErrorCode, Overloaded, Refusal
from services.kit.provider_settings import SmsProvider
from services.kit.settings import current
from services.providers import sms
from services.providers.outcomes import NotSent, Off, ProviderError, Refused

log = logging.getLogger("xingdian.entry")

MAX_UNDER_WAY = 64

_under_way: set[asyncio.Task[None]] = set()


# What a code shown on the spot opens changes nothing of the account itself.
_IN_PERSON = {
    CodePurpose.CHANGE_PHONE: "请到社区当面换手机号",
    CodePurpose.ERASE_ACCOUNT: "请到社区当面申请注销",
}


def sends() -> bool:
    """Return whether this district sends SMS."""
    return current().sms_provider is not SmsProvider.OFF


def require(purpose: CodePurpose) -> None:
    """Raise INVALID_STATE, with what to do instead, where this district sends no SMS; Overloaded while too many codes
    are under way."""
    if not sends():
        instead = _IN_PERSON.get(purpose, "请到社区或找网格员，现场开一次性登录码")
        raise Refusal(ErrorCode.INVALID_STATE, f"本区暂未开通短信，{instead}", "phone")
    if len(_under_way) >= MAX_UNDER_WAY:
        raise Overloaded("too many codes are under way to the provider")


def later(code_id: UUID, phone: str, code: str) -> None:
    """Send a code in the background."""
    task = asyncio.create_task(_send(code_id, phone, code))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def finish() -> None:
    """Wait for all that is under way: before the process ends."""
    while _under_way:
        await asyncio.wait(set(_under_way))


async def _send(code_id: UUID, phone: str, code: str) -> None:
    deadlines.lift()  # the request's own may be over
    column = "sent_at"
    try:
        await sms.send_code(phone, code)
    except (NotSent, Refused, Off) as error:
        log.warning("a sign-in code was not sent: %s", error)
        column = "failed_at"
    except ProviderError as error:
        log.warning("a sign-in code may not have arrived: %s", error)
    try:
        ended = ", ended_at = coalesce(ended_at, $2)" if column == "failed_at" else ""
        await database.execute(f"UPDATE sign_in_codes SET {column} = $2{ended} WHERE id = $1", code_id, clock.now())
    except Exception:
        log.exception("what became of a sign-in code was not recorded")

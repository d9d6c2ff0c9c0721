"""WeChat's server API, as the district's mini-program needs it: who signs in, a phone number, a subscribed message.

Call these outside of any transaction. Each takes at most PROVIDER_TIMEOUT_SECONDS, with all that it needs. Written by
WeChat's documentation and tried against a stand-in of it, not against WeChat itself.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from services.kit import deadlines
from services.kit.settings import Settings, current
from services.providers.http import PAUSE_SECONDS, Answer, Client, logged, unavailable
from services.providers.outcomes import (
    BadCode,
    BadNumber,
    Blocked,
    Busy,
    NoConsent,
    Off,
    RateLimited,
    Refused,
    Stale,
    Unknown,
)
from services.providers.wechat_tokens import PROVIDER, Tokens

KINDS: Mapping[str, type[Refused]] = {
    "-1": Busy,
    "40001": Stale,
    "40014": Stale,
    "42001": Stale,
    "40029": BadCode,  # invalid
    "40163": BadCode,  # used already
    "40226": Blocked,
    "43101": NoConsent,
    "45009": RateLimited,  # of the day
    "45011": RateLimited,  # of the minute
}
MAINLAND = "86"

_CODE = re.compile(r"[!-~]{1,512}")
_OPENID = re.compile(r"[\w-]{1,128}", re.ASCII)
_PHONE = re.compile(r"1[0-9]{10}")


async def jscode2session(code: str) -> str:
    """Return the openid of who got this code from `wx.login`. The session key is not kept.

    A code works once, so after Unknown the mini-program needs a new one. Raises Off, NotSent, Unknown, BadCode,
    Blocked, RateLimited, Busy and Refused.
    """
    with logged():
        return await _wechat(current()).jscode2session(code)


async def getuserphonenumber(code: str) -> str:
    """Return the 11 digits of the mainland number that somebody chose to give to the mini-program, for this code.

    A code works once, and each call costs the district money. Raises as `jscode2session`, and BadNumber for a number of
    elsewhere.
    """
    with logged():
        return await _wechat(current()).getuserphonenumber(code)


async def send_subscribe_message(openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> None:
    """Send a message to which the person has subscribed; a tap on it opens `page` of the mini-program.

    Raises NoConsent when no consent is left. After Unknown it may have been sent. Raises Off, NotSent, Unknown, Busy,
    RateLimited, Stale and Refused.
    """
    with logged():
        await _wechat(current()).send_subscribe_message(openid, template_id, data, page)


async def check_messages(template_id: str) -> None:
    """Check that WeChat answers who sends a subscribed message: to nobody, which it refuses, so that none goes out.

    Raises Off, NotSent, Unknown, Busy, RateLimited and Stale: what is sent now may end as this did.
    """
    with logged():
        try:
            await _wechat(current()).send_subscribe_message("", template_id, {}, "")
        except (Busy, RateLimited, Stale):
            raise
        except Refused:
            pass


def require() -> None:
    """Raise Off where this district has no WeChat."""
    _wechat(current())


def is_code(text: str) -> bool:
    """Return whether a text could be a code of WeChat's."""
    return bool(_CODE.fullmatch(text))


@cache
def _wechat(settings: Settings) -> "WeChat":
    if not settings.wechat_app_id:
        raise Off(PROVIDER, "WECHAT_APP_ID is not set")
    return WeChat(settings)


class WeChat:
    """The API, for one mini-program."""

    def __init__(self, settings: Settings) -> None:
        self._app_id = settings.wechat_app_id
        self._secret = settings.wechat_app_secret.get_secret_value()
        self._timeout_seconds = settings.provider_timeout_seconds
        self._client = Client(PROVIDER, settings.wechat_api_url, self._timeout_seconds, failed=_check_failed)
        self._tokens = Tokens(self._app_id, self._timeout_seconds, self._stable_token)

    async def jscode2session(self, code: str) -> str:
        """Return an openid; see the function of this name."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "js_code": _plain(code),
            "grant_type": "authorization_code",
        }
        with self._bounded():
            found = (await self._asked("GET", "/sns/jscode2session", query)).get("openid")
        if not isinstance(found, str) or not _OPENID.fullmatch(found):
            raise Unknown(PROVIDER, "the answer has no openid")
        return found

    async def getuserphonenumber(self, code: str) -> str:
        """Return a phone number; see the function of this name."""
        with self._bounded():
            answer = await self._with_token("/wxa/business/getuserphonenumber", {"code": _plain(code)})
        found = answer.get("phone_info")
        if not isinstance(found, dict) or not isinstance(found.get("watermark"), dict):
            raise Unknown(PROVIDER, "the answer has no phone_info")
        if found["watermark"].get("appid") != self._app_id:
            raise BadCode(PROVIDER, "of another appid")
        phone = str(found.get("purePhoneNumber", ""))
        if str(found.get("countryCode")) != MAINLAND or not _PHONE.fullmatch(phone):
            raise BadNumber(PROVIDER, "not of the mainland")
        return phone

    async def send_subscribe_message(self, openid: str, template_id: str, data: Mapping[str, str], page: str) -> None:
        """Send a message; see the function of this name."""
        message: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "miniprogram_state": "formal",
            "lang": "zh_CN",
            "data": {name: {"value": value} for name, value in data.items()},
        }
        if page:
            message["page"] = page
        with self._bounded():
            await self._with_token("/cgi-bin/message/subscribe/send", message)

    async def _stable_token(self, force: bool) -> tuple[str, int]:
        """Return the access token and for how many seconds it is valid. WeChat answers twice alike: repeatable."""
        asked = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        answer = await self._asked("POST", "/cgi-bin/stable_token", {}, asked, repeatable=True)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int) or seconds <= 0:
            raise Unknown(PROVIDER, "the answer has no access token")
        return token, seconds

    async def _with_token(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Call with the access token; with a new one, once, if WeChat says that it has ended."""
        token = await self._tokens.get()
        try:
            return await self._asked("POST", path, {"access_token": token}, body)
        except Stale:
            pass
        token = await self._tokens.get(rejected=token)
        return await self._asked("POST", path, {"access_token": token}, body)

    async def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
    ) -> dict[str, Any]:
        """Make one call, and again once if WeChat was busy: it says so, and so it was not done."""
        headers = {} if body is None else {"content-type": "application/json"}
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            return _fields(await self._client.call(method, path, query, headers, sent, repeatable=repeatable))
        except Busy:
            await asyncio.sleep(PAUSE_SECONDS)
        return _fields(await self._client.call(method, path, query, headers, sent, repeatable=repeatable))

    def _bounded(self) -> AbstractContextManager[None]:
        """Bound all that is done in the block by one timeout."""
        return deadlines.instead(deadlines.bounded(self._timeout_seconds) or 0)


def _plain(code: str) -> str:
    """Return the code. Raises BadCode for what is certainly none."""
    if not _CODE.fullmatch(code):
        raise BadCode(PROVIDER, "40029")
    return code


def _check_failed(answer: Answer) -> None:
    """Raise the refusal that an answer 5xx is by its code, if it is a known one; without a code, as `unavailable`."""
    try:
        code = str(answer.fields().get("errcode"))
    except Unknown:
        unavailable(answer)
        return
    if (kind := KINDS.get(code)) is not None:
        raise kind(PROVIDER, code)


def _fields(answer: Answer) -> dict[str, Any]:
    """Return the answer's fields. Raises the refusal that it is, and Unknown for an answer of no form."""
    if not answer.succeeded:
        raise (RateLimited if answer.status == 429 else Refused)(PROVIDER, f"HTTP {answer.status}")
    fields = answer.fields()
    code = str(fields.get("errcode", 0))
    if code != "0":
        raise KINDS.get(code, Refused)(PROVIDER, code)
    return fields

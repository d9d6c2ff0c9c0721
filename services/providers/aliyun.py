"""Text messages through Aliyun: SendSms and QuerySendDetails of Dysmsapi 2017-05-25.

SendSms does not send the same message once by itself: `OutId`, our id of it, only comes back in what Aliyun tells of
messages. So before a message whose outcome is unknown is sent again, QuerySendDetails is asked for it.

Its signature is held to Aliyun's published example, and its calls to a stand-in that checks them by the documented
steps. It has not been tried against Aliyun itself, which takes an account with an approved signature and templates.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.kit import clock, deadlines
from services.kit.provider_settings import templates
from services.kit.settings import Settings
from services.providers.aliyun_signing import authorization, headers
from services.providers.http import Answer, Client, unavailable
from services.providers.outcomes import BadNumber, Busy, NoBalance, Off, ProviderError, RateLimited, Refused, Unknown

PROVIDER = "aliyun"
SEND, QUERY, VERSION = "SendSms", "QuerySendDetails", "2017-05-25"
PAGE_SIZE = 20  # Aliyun allows 50, which with long texts is more than is read of an answer
MAX_PAGES = 30  # of one number and day
LISTED_WITHIN = timedelta(minutes=10)  # a message that is not listed by then was not sent; the clocks' difference, too

KINDS: Mapping[str, type[Refused]] = {
    "isv.BUSINESS_LIMIT_CONTROL": RateLimited,  # too many to this number: 1 a minute, 5 an hour, 10 a day by default
    "isv.DAY_LIMIT_CONTROL": RateLimited,
    "isv.MONTH_LIMIT_CONTROL": RateLimited,
    "isv.MOBILE_NUMBER_ILLEGAL": BadNumber,
    "isv.AMOUNT_NOT_ENOUGH": NoBalance,
    "isv.OUT_OF_SERVICE": NoBalance,
    "isp.SYSTEM_ERROR": Busy,
    "ServiceUnavailable": Busy,  # with a 503; an InternalError, with a 500, does not tell
}
THROTTLED = "Throttling"  # Throttling, Throttling.User, Throttling.Api


class Aliyun:
    """Aliyun's gateway, with the keys, the signature and the templates of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._timeout_seconds = settings.provider_timeout_seconds
        self._client = Client(PROVIDER, settings.aliyun_sms_url, self._timeout_seconds, failed=_check_failed)
        self._key_id = settings.aliyun_access_key_id
        self._key_secret = settings.aliyun_access_key_secret.get_secret_value()
        self._sign_name = settings.aliyun_sms_sign_name
        self._templates = templates(settings.aliyun_sms_templates)

    async def send(
        self,
        phone: str,
        template: str,
        parameters: Mapping[str, str],
        message_id: str,
        begun_at: datetime | None = None,
    ) -> None:
        """Hand one message over to Aliyun, which sends it a little later.

        With `begun_at`, only if Aliyun lists no such message since then: Unknown also where it cannot be asked, and for
        the first ten minutes. Raises Off for a template that the settings lack, NotSent, Unknown, Busy, RateLimited,
        BadNumber, NoBalance and Refused.
        """
        if template not in self._templates:
            raise Off(PROVIDER, f"ALIYUN_SMS_TEMPLATES has no {template}")
        if begun_at is not None and await self._sent(phone, message_id, begun_at):
            return
        query = {
            "OutId": message_id,
            "PhoneNumbers": phone,
            "SignName": self._sign_name,
            "TemplateCode": self._templates[template],
            "TemplateParam": json.dumps(dict(parameters), ensure_ascii=False, separators=(",", ":")),
        }
        await self._asked(SEND, query)

    async def _sent(self, phone: str, message_id: str, begun_at: datetime) -> bool:
        """Whether Aliyun took a message since `begun_at`. Raises Unknown where that cannot be told, or not yet."""
        try:
            with deadlines.instead(deadlines.bounded(self._timeout_seconds) or 0):
                for day in _days(begun_at - LISTED_WITHIN, clock.now()):
                    if await self._listed(phone, message_id, day):
                        return True
        except ProviderError as error:  # of the question: of the message it tells nothing
            raise Unknown(PROVIDER, f"{QUERY}: {error}") from None
        if clock.now() - begun_at < LISTED_WITHIN:
            raise Unknown(PROVIDER, "the message is not listed yet")
        return False

    async def _listed(self, phone: str, message_id: str, day: date) -> bool:
        """Whether a message is among those that Aliyun took for a number on a day. Raises ProviderError."""
        query = {"PhoneNumber": phone, "SendDate": f"{day:%Y%m%d}", "PageSize": str(PAGE_SIZE)}
        seen = 0
        for page in range(1, MAX_PAGES + 1):
            count, out_ids = _details(await self._asked(QUERY, {**query, "CurrentPage": str(page)}))
            seen += len(out_ids)
            if message_id in out_ids:
                return True
            if seen >= count:
                return False
            if not out_ids:
                break
        raise Unknown(PROVIDER, "not all messages of the day are listed")

    async def _asked(self, action: str, query: Mapping[str, str]) -> Answer:
        """Make one call, signed. Raises the refusal that its answer is."""
        signed = headers(self._client.host, action, VERSION, clock.now(), uuid4().hex)
        by = authorization("POST", query, signed, self._key_id, self._key_secret)
        answer = await self._client.call("POST", query=query, headers={**signed, "authorization": by})
        _check(answer)
        return answer


def _days(first: datetime, last: datetime) -> Iterator[date]:
    """Return the days from one moment to another, in Asia/Shanghai, as Aliyun's are."""
    day = clock.day_of(first)
    while day <= clock.day_of(last):
        yield day
        day += timedelta(days=1)


def _details(answer: Answer) -> tuple[int, list[str]]:
    """Return how many messages there are, and the `OutId` of each on this page. Raises Unknown for another form."""
    fields = answer.fields()
    try:
        found: list[dict[str, Any]] = fields["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
        return int(fields["TotalCount"]), [str(one.get("OutId", "")) for one in found]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unknown(PROVIDER, "the answer lists no messages") from None


def _check(answer: Answer) -> None:
    """Raise the refusal that the answer is, if it is one; Unknown for a success of no form."""
    code = _code(answer)
    if code is None and not answer.succeeded:
        raise (RateLimited if answer.status == 429 else Refused)(PROVIDER, f"HTTP {answer.status}")
    if code is None:
        raise Unknown(PROVIDER, "the answer has no code")
    if code != "OK" or not answer.succeeded:
        raise (_kind(code) or Refused)(PROVIDER, code)


def _check_failed(answer: Answer) -> None:
    """Raise the refusal that an answer 5xx is by its code, if it is a known one; without a code, as `unavailable`."""
    code = _code(answer)
    if code is None:
        unavailable(answer)
    elif (kind := _kind(code)) is not None:
        raise kind(PROVIDER, code)


def _code(answer: Answer) -> str | None:
    """Return Aliyun's own code in an answer, None for an answer of another's."""
    try:
        code = answer.fields().get("Code")
    except Unknown:
        return None
    return code if isinstance(code, str) else None


def _kind(code: str) -> type[Refused] | None:
    return RateLimited if code.partition(".")[0] == THROTTLED else KINDS.get(code)

"""Text messages through Aliyun: SendSms of Dysmsapi 2017-05-25.

Its signature is held to Aliyun's published example, and its calls to a stand-in that checks them by the documented
steps. It has not been tried against Aliyun itself, which takes an account with an approved signature and templates.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

from services.kit import clock
from services.kit.provider_settings import templates
from services.kit.settings import Settings
from services.providers.aliyun_signing import authorization, headers
from services.providers.http import Answer, Client, unavailable
from services.providers.outcomes import BadNumber, Busy, NoBalance, Off, RateLimited, Refused, Unknown

PROVIDER = "aliyun"
ACTION, VERSION = "SendSms", "2017-05-25"

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
        self._client = Client(
            PROVIDER, settings.aliyun_sms_url, settings.provider_timeout_seconds, failed=_check_failed
        )
        self._key_id = settings.aliyun_access_key_id
        self._key_secret = settings.aliyun_access_key_secret.get_secret_value()
        self._sign_name = settings.aliyun_sms_sign_name
        self._templates = templates(settings.aliyun_sms_templates)

    async def send(self, phone: str, template: str, parameters: Mapping[str, str], message_id: str) -> None:
        """Hand one message over to Aliyun, which sends it a little later.

        `message_id` comes back in Aliyun's receipts alone: sent again, it is another message. Raises Off for a template
        that the settings lack, NotSent, Unknown, Busy, RateLimited, BadNumber, NoBalance and Refused.
        """
        if template not in self._templates:
            raise Off(PROVIDER, f"ALIYUN_SMS_TEMPLATES has no {template}")
        query = {
            "OutId": message_id,
            "PhoneNumbers": phone,
            "SignName": self._sign_name,
            "TemplateCode": self._templates[template],
            "TemplateParam": json.dumps(dict(parameters), ensure_ascii=False, separators=(",", ":")),
        }
        signed = headers(self._client.host, ACTION, VERSION, clock.now(), uuid4().hex)
        by = authorization("POST", query, signed, self._key_id, self._key_secret)
        _check(await self._client.call("POST", query=query, headers={**signed, "authorization": by}))


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

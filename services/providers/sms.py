"""Text messages: sent by whom SMS_PROVIDER names.

Call these outside of any transaction: they wait for another service, and what they do is not rolled back. A message
whose outcome is unknown may have arrived: it is sent again only by a caller who says so, and only if it was not sent.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Protocol

from uuid_utils.compat import uuid7

from services.kit.provider_settings import CODE_TEMPLATE, SmsProvider
from services.kit.settings import Settings, current
from services.providers.aliyun import Aliyun
from services.providers.http import logged
from services.providers.outcomes import Off
from services.providers.sms_webhook import Webhook


class Gateway(Protocol):
    """Who sends one message."""

    async def send(
        self,
        phone: str,
        template: str,
        parameters: Mapping[str, str],
        message_id: str,
        begun_at: datetime | None = None,
    ) -> None:
        """Send one message; with `begun_at`, unless an attempt since then has sent it. Raises ProviderError."""


async def send_code(phone: str, code: str) -> None:
    """Send a sign-in code to an 11-digit mobile number.

    Raises Off (tell people of the desk), NotSent, Unknown (it may arrive: the code must stay valid), and Refused, of
    which Busy, RateLimited, BadNumber and NoBalance are told apart. Raises RuntimeError inside a transaction.
    """
    with logged():
        await _gateway(current()).send(phone, CODE_TEMPLATE, {"code": code}, str(uuid7()))


async def send_notice(
    phone: str,
    template: str,
    parameters: Mapping[str, str],
    *,
    message_id: str | None = None,
    begun_at: datetime | None = None,
) -> None:
    """Send a notice, by the name of its template, such as `wish_completed`.

    The same message sent again has the same `message_id`. After Unknown also give `begun_at`, when the first attempt
    whose outcome is unknown began: it is sent only if it was not, and Unknown again where that cannot be told yet.
    Raises as `send_code`; Off also where the district has no such template.
    """
    with logged():
        await _gateway(current()).send(phone, template, parameters, message_id or str(uuid7()), begun_at)


class _Nobody:
    """SMS_PROVIDER=off."""

    async def send(
        self,
        phone: str,
        template: str,
        parameters: Mapping[str, str],
        message_id: str,
        begun_at: datetime | None = None,
    ) -> None:
        raise Off("sms", "SMS_PROVIDER is off")


@cache
def _gateway(settings: Settings) -> Gateway:
    match settings.sms_provider:
        case SmsProvider.WEBHOOK:
            return Webhook(settings)
        case SmsProvider.ALIYUN:
            return Aliyun(settings)
        case SmsProvider.OFF:
            return _Nobody()

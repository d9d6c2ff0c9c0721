"""Text messages through a gateway of the district's own: one signed JSON POST each.

The signature is that of Standard Webhooks. `id` stands in the body and in the header `webhook-id`, and is the same
whenever the same message is sent again: a gateway that has seen it sends nothing. So a message whose outcome is unknown
may be sent again.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from services.kit import clock
from services.kit.provider_settings import signing_key
from services.kit.settings import Settings
from services.kit.signing import headers
from services.providers.http import Client
from services.providers.outcomes import RateLimited, Refused

PROVIDER = "sms webhook"


class Webhook:
    """The gateway at SMS_WEBHOOK_URL."""

    def __init__(self, settings: Settings) -> None:
        url = settings.sms_webhook_url.get_secret_value()
        self._client = Client(PROVIDER, url, settings.provider_timeout_seconds)
        self._key = signing_key(settings.sms_webhook_secret.get_secret_value())

    async def send(
        self,
        phone: str,
        template: str,
        parameters: Mapping[str, str],
        message_id: str,
        begun_at: datetime | None = None,
    ) -> None:
        """Hand one message over; any status 2xx takes it. Again, since `begun_at`, is no other way: the id is the same.

        Raises NotSent, Unknown, Busy (a 503 that says when to come again), RateLimited (429) and Refused.
        """
        message = {"phone": phone, "template": template, "parameters": dict(parameters), "id": message_id}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        signed = headers(message_id, clock.now(), body, [self._key])
        answer = await self._client.call(
            "POST", headers={**signed, "content-type": "application/json; charset=utf-8"}, body=body
        )
        if not answer.succeeded:
            kind = RateLimited if answer.status == 429 else Refused
            raise kind(PROVIDER, f"HTTP {answer.status}")

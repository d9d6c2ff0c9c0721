"""What the settings of external services must look like, and which belong together. Pure."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from models.enums import NotificationKind
from services.kit.signing import SECRET_PREFIX

MIN_SECRET_BYTES = 24  # both bounds are those of Standard Webhooks
MAX_SECRET_BYTES = 64
CODE_TEMPLATE = "code"  # the template of sign-in codes; the others are notices

_TEMPLATE = re.compile(r"([a-z][a-z0-9_]{0,39})=(SMS_[0-9]{1,20})")
_WECHAT_TEMPLATE = re.compile(r"([a-z_]+)=([A-Za-z0-9_-]{20,64})/(thing[0-9]{1,2})/(time[0-9]{1,2})")
_PAGE = re.compile(r"[A-Za-z0-9_/-]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9._-]{16,128}")
_TARGET = re.compile(r"[!-~]*")


class SmsProvider(StrEnum):
    """Who sends text messages."""

    OFF = "off"
    WEBHOOK = "webhook"
    ALIYUN = "aliyun"


NEEDED = {
    SmsProvider.OFF: (),
    SmsProvider.WEBHOOK: ("sms_webhook_url", "sms_webhook_secret"),
    SmsProvider.ALIYUN: (
        "aliyun_access_key_id",
        "aliyun_access_key_secret",
        "aliyun_sms_sign_name",
        "aliyun_sms_templates",
    ),
}


def service_url(value: str) -> str:
    """Return the URL of a service, without a slash at its end. Raises ValueError, whose text quotes nothing of it.

    What is sent there is secret, so http is for this machine and private addresses alone.
    """
    wrong = ValueError(
        "must be a URL such as https://sms.example.cn/send, or http:// with a private address, without a user or #"
    )
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    if not _TARGET.fullmatch(value) or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host) or "@" in parts.netloc:
        raise wrong
    if "#" in value or not (parts.scheme == "https" or (parts.scheme == "http" and _is_private(host))):
        raise wrong
    return value.rstrip("/")


def base_url(value: str) -> str:
    """Return the URL of an API, to which paths are appended. Raises ValueError as `service_url`, and for a query."""
    if "?" in value:
        raise ValueError("must be a URL without a query, such as https://api.example.cn")
    return service_url(value)


def _is_private(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_private
    except ValueError:
        return False


def signing_key(value: str) -> bytes:
    """Return the bytes of a key in the form of Standard Webhooks, whsec_ and base64. Raises ValueError."""
    try:
        raw = base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        raw = b""
    if not MIN_SECRET_BYTES <= len(raw) <= MAX_SECRET_BYTES:
        raise ValueError("must be 24 to 64 bytes in base64 (openssl rand -base64 32), with or without whsec_ in front")
    return raw


def access_key(value: str) -> str:
    """Return an id or a secret that a provider gave out. Raises ValueError."""
    if not _KEY.fullmatch(value):
        raise ValueError("must be 16 to 128 letters and digits, as the provider shows it")
    return value


def templates(value: str) -> dict[str, str]:
    """Return the provider's code of each template by our name. Raises ValueError."""
    found: dict[str, str] = {}
    for one in value.split(","):
        pair = _TEMPLATE.fullmatch(one.strip())
        if pair is None or pair[1] in found:
            raise ValueError(f"must be such as {CODE_TEMPLATE}=SMS_123456789,wish_completed=SMS_123456790")
        found[pair[1]] = pair[2]
    if CODE_TEMPLATE not in found:
        raise ValueError(f"must have the template of sign-in codes, {CODE_TEMPLATE}=SMS_123456789")
    return found


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of WeChat's for one kind of notification: its id, and the names of its text and of its time."""

    id: str
    text: str
    time: str


def message_templates(value: str) -> dict[NotificationKind, MessageTemplate]:
    """Return WeChat's template of each kind that has one. Raises ValueError."""
    found: dict[NotificationKind, MessageTemplate] = {}
    known = {kind.value.lower(): kind for kind in NotificationKind}
    for one in value.split(",") if value else ():
        pair = _WECHAT_TEMPLATE.fullmatch(one.strip())
        kind = known.get(pair[1]) if pair else None
        if pair is None or kind is None or kind in found:
            raise ValueError("must be such as wish_offered=TEMPLATE_ID/thing1/time2, each kind of notification once")
        found[kind] = MessageTemplate(pair[2], pair[3], pair[4])
    return found


def page(value: str) -> str:
    """Return a page of the mini-program. Raises ValueError."""
    if not _PAGE.fullmatch(value):
        raise ValueError("must be a page of the mini-program, such as pages/notices/index")
    return value


def problems(provider: SmsProvider, given: Mapping[str, bool]) -> Iterable[str]:
    """Yield a sentence for each combination of settings that does not work; `given` says which are set."""
    missing = [name.upper() for name in NEEDED[provider] if not given[name]]
    if missing:
        yield f"SMS_PROVIDER is not usable: {provider} also needs {', '.join(missing)}."
    if given["wechat_app_id"] != given["wechat_app_secret"]:
        first, second = ("ID", "SECRET") if given["wechat_app_id"] else ("SECRET", "ID")
        yield f"WECHAT_APP_{first} is not usable: it also needs WECHAT_APP_{second}."
    if given["wechat_templates"] and not given["wechat_app_id"]:
        yield "WECHAT_TEMPLATES is not usable: it also needs WECHAT_APP_ID."

"""Typed settings from the environment. A bad one fails at start in one clear sentence."""

import base64
import binascii
import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.networks import networks
from services.kit.places import MIN_PLACES
from services.kit.provider_settings import (
    SmsProvider,
    access_key,
    base_url,
    message_templates,
    page,
    problems,
    service_url,
    signing_key,
    templates,
)
from services.kit.retention_settings import (
    PASS_SECRETS_KEPT_DAYS,
    PERSONAL_RECORDS_PER_HOUR,
    REQUESTS_KEPT_DAYS,
    SESSIONS_KEPT_DAYS,
)

MAX_QUOTA = 1_000_000_000

ROOT = Path(__file__).parents[2]


class SettingsError(Exception):
    """A setting is missing or unusable. The text names it and says what to do."""


def secret_key_bytes(text: str) -> bytes:
    """Return the 32 bytes of a base64 key. Raises ValueError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("must be base64") from None
    if len(raw) != 32:
        raise ValueError("must be 32 bytes in base64 (openssl rand -base64 32)")
    return raw


def _key(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        secret_key_bytes(value.get_secret_value())
    return value


def _keys(value: SecretStr) -> SecretStr:
    for one in value.get_secret_value().split(","):
        if one.strip():
            secret_key_bytes(one.strip())
    return value


_EXAMPLE = "such as postgresql://user:password@host:5432/database"


def _dsn(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
    except ValueError:  # whose text would quote the password
        raise ValueError(f"must be a URL, {_EXAMPLE}") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("must begin with postgresql://")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("must have a port from 1 to 65535") from None
    try:
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError("must have its options in the form ?name=value&name=value") from None
    if not parts.hostname and "host" not in options:
        raise ValueError(f"must name a host, {_EXAMPLE}")
    if not parts.path.strip("/"):
        raise ValueError(f"must name a database, {_EXAMPLE}")
    return value


def _schema(value: str) -> str:
    if value.startswith("pg_"):
        raise ValueError("must not begin with pg_, which PostgreSQL keeps for itself")
    return value


def _proxies(value: str) -> str:
    given = [one.strip() for one in value.split(",")]
    if given == ["none"]:
        return "none"
    try:
        networks = [ip_network(one) for one in given]
        if any(one.prefixlen == 0 for one in networks):
            raise ValueError  # any client could forge its address
        return ",".join(given)
    except ValueError:
        raise ValueError("must be addresses or networks, such as 127.0.0.1,10.0.0.0/8, or none") from None


def _networks(value: str) -> str:
    try:
        given = networks(value)
        if any(one.prefixlen == 0 for one in given):
            raise ValueError  # a webhook could reach any internal address
        return ",".join(map(str, given))
    except ValueError:
        raise ValueError("must be networks in CIDR form, none of them /0, such as 10.20.0.0/16,fd00::/8") from None


def _origins(value: str) -> str:
    if value.strip() in ("", "*"):
        return value.strip()
    return ",".join(_origin(one.strip()) for one in value.split(","))


def _origin(value: str) -> str:
    """Return an origin in a browser's form: in lower case, the host in ASCII, without the scheme's default port."""
    wrong = ValueError("must be origins such as https://app.example.cn,http://localhost:5173, or * for all")
    try:
        parts = urlsplit(value.lower().removesuffix("/"))
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host) or "@" in value:
        raise wrong
    if parts.path or parts.query or parts.fragment or value.endswith(("?", "#")):
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (
        f":{port}" if port not in (None, {"http": 80, "https": 443}[parts.scheme]) else ""
    )


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    """Return a validator that keeps the text, where it is not empty and passes the check."""

    def validate(value: str) -> str:
        if value:
            check(value)
        return value

    return validate


def _secret(check: Callable[[str], object]) -> Callable[[SecretStr], SecretStr]:
    """Return the same for a secret."""

    def validate(value: SecretStr) -> SecretStr:
        _checked(check)(value.get_secret_value())
        return value

    return validate


MIN_TOKEN_CHARACTERS = 24


def _long(value: str) -> None:
    if not re.fullmatch(r"[!-~]+", value) or len(value) < MIN_TOKEN_CHARACTERS:
        raise ValueError(f"must be {MIN_TOKEN_CHARACTERS} or more letters, digits and signs (openssl rand -hex 24)")


def _folder(value: str) -> None:
    if not Path(value).is_absolute():
        raise ValueError("must be an absolute path, such as /var/lib/xingdian/journal")


class LogFormat(StrEnum):
    """The form of log lines."""

    TEXT = "text"
    JSON = "json"


class Executor(StrEnum):
    """What executes GraphQL operations."""

    COMPILED = "compiled"
    STOCK = "stock"


class TrustedDocuments(StrEnum):
    """What may be asked besides trusted documents, and how these are named."""

    OFF = "off"
    PREFERRED = "preferred"
    ONLY = "only"


class DemoSize(StrEnum):
    """How busy the demo district is."""

    FULL = "full"
    SPARSE = "sparse"


class Settings(BaseSettings):
    """Every setting, its default and its meaning. Documented in docs/reference.md, which a test compares."""

    model_config = SettingsConfigDict(env_prefix="", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: Annotated[str, AfterValidator(_dsn)] = Field(
        "", description="PostgreSQL 15 or later. Empty: the embedded server in DATA_DIR."
    )
    migration_database_url: Annotated[str, AfterValidator(_dsn)] = Field(
        "",
        description="The same database as the role that owns its tables, for `app.py migrate` and the like;"
        " DATABASE_URL is then of a role that only serves. Empty: one role does both.",
    )
    database_schema: Annotated[str, AfterValidator(_schema)] = Field(
        "public", pattern=r"^[a-z_][a-z0-9_]{0,62}$", description="The schema that holds the tables."
    )
    database_pool_size: int = Field(8, ge=1, le=200, description="The most connections that a process keeps.")
    database_acquire_timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="How long a request may wait for a connection."
    )
    database_statement_timeout_seconds: float = Field(
        10.0, ge=0.001, le=600, description="How long one statement may run."
    )
    database_lock_timeout_seconds: float = Field(
        5.0, ge=0.001, le=600, description="How long one statement may wait for a lock."
    )
    data_dir: Annotated[Path, AfterValidator(lambda path: ROOT / path)] = Field(
        Path(".data"),
        description="Where the embedded server and the generated key live; relative to the project's folder.",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        SecretStr(""),
        description="32 bytes in base64; encrypts phones and secrets. Empty: generated once and kept in DATA_DIR.",
    )
    secret_keys_old: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        SecretStr(""),
        description="Other keys, with commas, that still decrypt, until `app.py key rotate` has encrypted everything"
        " with SECRET_KEY.",
    )
    index_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        SecretStr(""),
        description="The key of blind indexes and MACs: the first SECRET_KEY of this database, once that is replaced."
        " Empty: SECRET_KEY.",
    )
    journal_dir: Annotated[str, AfterValidator(_checked(_folder))] = Field(
        "",
        description="A folder outside the database, backed up apart, in which the relay keeps a journal of erasures and"
        " revocations; for all processes the same. Empty: none.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address to serve on.")
    port: int = Field(8000, ge=1, le=65535, description="The port to serve on.")
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = Field(
        "127.0.0.1,::1",
        description="The reverse proxies' addresses or networks, with commas; their X-Forwarded-For is"
        " trusted for the client's address. none: no proxy.",
    )
    cors_origins: Annotated[str, AfterValidator(_origins)] = Field(
        "",
        description="Origins, with commas, whose pages may call this API from a browser; *: every origin."
        " Pages served from here need none; `app.py demo` defaults to *.",
    )
    demo: DemoSize = Field(
        DemoSize.FULL,
        description="What `app.py demo` and `seed` fill an empty database with. full: a busy year of 40,000 wishes;"
        " sparse: the 500 that the real district published.",
    )
    session_idle_days: int = Field(
        30,
        ge=1,
        le=365,
        description="A session ends after so many days without use; at a console after 30 minutes, at a till after 12"
        " hours.",
    )
    session_absolute_days: int = Field(180, ge=1, le=730, description="A session ends after so many days in any case.")
    max_body_bytes: int = Field(
        128 * 1024,
        ge=1024,
        le=16 * 1024 * 1024,
        description="The largest request body; for viewers who may import a roster, always 1,500,000.",
    )
    max_websockets: int = Field(
        2000,
        ge=1,
        le=100_000,
        description="The most open WebSockets of a process, of one address a quarter; one more is told to try later.",
    )
    max_connections: int = Field(
        1000,
        ge=10,
        le=100_000,
        description="The most other open connections of a process; one more replaces the one that has been"
        " idle for longest.",
    )
    max_operations: int = Field(
        16,
        ge=MIN_PLACES,
        le=1000,
        description="The most concurrent operations of a process; twice DATABASE_POOL_SIZE is enough. Half of them are"
        " the tills' share, at most 4 anonymous.",
    )
    max_waiting_operations: int = Field(
        256,
        ge=1,
        le=10_000,
        description="The longest queue of operations of each lane; one more is answered 429, to retry in 1 to 3 s.",
    )
    max_cost_per_session: int = Field(
        12_000_000,
        ge=0,
        le=MAX_QUOTA,
        description="Units of cost that a session may spend in a minute, at a process; beyond, 429. 0: no limit.",
    )
    max_cost_per_address: int = Field(
        6_000_000,
        ge=0,
        le=MAX_QUOTA,
        description="The same for all without a session at one network address; a carrier's users share one.",
    )
    shared_answer_seconds: float = Field(
        3.0,
        ge=0,
        le=60,
        description="How long an answer to a query without a token is kept for all who ask the same. 0: not at all.",
    )
    request_timeout_seconds: float = Field(
        10.0,
        ge=0.1,
        le=60,
        description="How long a request may take, waiting included; `Prefer: wait=SECONDS` asks for less.",
    )
    guess_window_minutes: int = Field(
        30, ge=1, le=1440, description="The window in which wrong short codes are counted, from the first one on."
    )
    max_guesses_per_cashier: int = Field(
        20,
        ge=1,
        le=1000,
        description="Wrong short codes of a cashier in that window; beyond it only QR codes are accepted.",
    )
    max_guesses_per_address: int = Field(
        200,
        ge=1,
        le=100_000,
        description="The same for all cashiers behind one network address; a market hall or a carrier shares one.",
    )
    guess_alert_per_shop: int = Field(
        20,
        ge=1,
        le=100_000,
        description="Wrong short codes of a shop in that window that alert its owners and those above.",
    )
    max_wrong_codes_a_day: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="Wrong sign-in codes of the whole district in a day, after which codes have eight digits, not six.",
    )
    max_wrong_codes_per_address: int = Field(
        60, ge=1, le=10_000, description="The most wrong sign-in codes from one network address in an hour."
    )
    max_codes_a_day: int = Field(
        5000, ge=1, le=1_000_000, description="The most sign-in codes sent by SMS in a day, by the whole district."
    )
    # Thresholds of signals. A signal costs only a human's time, so each default passes what honest neighbours and shops
    # do, and few signals remain to be judged.
    # A month, as for caps and ceilings: five meetings are a habit, and people still remember them.
    signal_window_days: int = Field(
        30, ge=1, le=92, description="The window, in days, of shares of redemptions and wishes."
    )
    # With some thirty heads per shop, a favourite corner shop is usual; being half of each other's is not.
    signal_share_percent: int = Field(
        50,
        ge=1,
        le=100,
        description="Signal: one shop and one head have at least this share of each other's redemptions.",
    )
    signal_share_min_count: int = Field(
        5, ge=1, le=10_000, description="The same only from so many redemptions between them on."
    )
    # A customer takes a minute or two: ten in ten minutes would be a queue of heads only.
    signal_burst_minutes: int = Field(10, ge=1, le=720, description="The window, in minutes, of a burst.")
    signal_burst_shop_count: int = Field(
        10, ge=2, le=10_000, description="Signal: so many redemptions at one shop in a burst."
    )
    # Three shops of one street can be done in ten minutes.
    signal_burst_head_count: int = Field(
        4, ge=2, le=10_000, description="Signal: so many redemptions by one head in a burst."
    )
    # The last customers pay after closing time, and shops open early for the first.
    signal_hours_tolerance_minutes: int = Field(
        30, ge=0, le=720, description="Signal: a redemption more than so many minutes outside the shop's opening hours."
    )
    # Customers do add an egg to reach the minimum: a few such bills are normal, half of all bills are not.
    signal_minimum_above_percent: int = Field(
        2, ge=0, le=100, description="A bill is just above the minimum spend when it exceeds it by no more than this."
    )
    signal_minimum_share_percent: int = Field(
        50,
        ge=1,
        le=100,
        description="Signal: at least this share of a shop's bills with a minimum spend are just above it.",
    )
    signal_minimum_min_count: int = Field(10, ge=1, le=10_000, description="The same only from so many such bills on.")
    # In a straight line, door to door, parking included: 60 km/h is impossible in a town of hills.
    signal_apart_kmh: int = Field(
        60,
        ge=1,
        le=1000,
        description="Signal: a head got from one shop to the next at least this fast, in a straight line.",
    )
    # Nearer shops prove little: a clock, a wrong map pin, or a code shown through the door.
    signal_apart_min_km: int = Field(2, ge=1, le=1000, description="The same only for shops at least this far apart.")
    # Nearly all wishes of a household go to its own head, so the head's half decides; six is what a month's cap for one
    # household pays in full.
    signal_cycle_share_percent: int = Field(
        50,
        ge=1,
        le=100,
        description="Signal: one household and one head have at least this share of each other's rated wishes.",
    )
    signal_cycle_min_count: int = Field(
        6, ge=1, le=10_000, description="The same only from so many wishes between them on."
    )
    webhook_networks: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Networks (CIDR, with commas) that webhooks may reach besides public addresses, over http"
        " too. Empty: none.",
    )
    webhook_timeout_seconds: float = Field(
        10.0, ge=0.1, le=60, description="How long one attempt to deliver a webhook may take, redirects and all."
    )
    requests_kept_days: int = REQUESTS_KEPT_DAYS
    pass_secrets_kept_days: int = PASS_SECRETS_KEPT_DAYS
    sessions_kept_days: int = SESSIONS_KEPT_DAYS
    personal_records_per_hour: int = PERSONAL_RECORDS_PER_HOUR
    work_inside: bool = Field(
        True,
        description="Whether a server also does the work of `app.py work`: the tick each minute, the relay"
        " and the webhooks. False where a separate service does it.",
    )
    log_format: Annotated[LogFormat, BeforeValidator(lambda given: given.strip().lower())] = Field(
        LogFormat.TEXT, description="The form of log lines: text, or json for one JSON object per line."
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_secret(_long))] = Field(
        SecretStr(""),
        description="The bearer token with which a monitoring system reads /metrics: 24 characters or more. Empty:"
        " there is no /metrics.",
    )
    asgi_wrapper: str = Field(
        "",
        pattern=r"^([A-Za-z_][\w.]*:[A-Za-z_]\w*)?$",
        description="module:function that is given the app and returns what `app.py serve` serves, such as one that"
        " traces requests (docs/running/tracing.py). Empty: the app itself.",
    )
    executor: Annotated[Executor, BeforeValidator(lambda given: given.strip().lower())] = Field(
        Executor.COMPILED,
        description="What executes GraphQL operations: compiled, or stock for graphql-core alone, which is slower.",
    )
    graphiql: bool = Field(True, description="Whether GET /graphql serves GraphiQL to a browser.")
    trusted_documents: Annotated[TrustedDocuments, BeforeValidator(lambda given: given.strip().lower())] = Field(
        TrustedDocuments.PREFERRED,
        description="Which documents may be asked: preferred, all, trusted ones also by `documentId`; only, no others,"
        " and neither GraphiQL nor the schema is served; off, all, none by `documentId`.",
    )
    trusted_documents_dir: str = Field(
        "",
        description="A folder whose *.graphql files are trusted documents besides docs/operations, read at the start;"
        " relative to the project's folder. Empty: none.",
    )
    sms_provider: Annotated[SmsProvider, BeforeValidator(lambda given: given.strip().lower())] = Field(
        SmsProvider.OFF,
        description="Who sends text messages: webhook, a gateway of the district's own at SMS_WEBHOOK_URL; aliyun; off,"
        " nobody.",
    )
    sms_webhook_url: Annotated[SecretStr, AfterValidator(_secret(service_url))] = Field(
        SecretStr(""),
        description="Where the gateway takes a message: https, or http at a private address. Never shown, for it may"
        " hold a key.",
    )
    sms_webhook_secret: Annotated[SecretStr, AfterValidator(_secret(signing_key))] = Field(
        SecretStr(""), description="The key that signs messages to the gateway: 24 to 64 bytes in base64."
    )
    aliyun_access_key_id: Annotated[str, AfterValidator(_checked(access_key))] = Field(
        "", description="The AccessKey ID of a RAM user that may send text messages and nothing else."
    )
    aliyun_access_key_secret: Annotated[SecretStr, AfterValidator(_secret(access_key))] = Field(
        SecretStr(""), description="The AccessKey Secret that belongs to it."
    )
    aliyun_sms_sign_name: str = Field(
        "", max_length=40, description="The signature (短信签名) of messages, as Aliyun approved it, without 【】."
    )
    aliyun_sms_templates: Annotated[str, AfterValidator(_checked(templates))] = Field(
        "",
        description="Aliyun's code of each template, with commas: code=SMS_123456789,wish_completed=SMS_123456790.",
    )
    aliyun_sms_url: Annotated[str, AfterValidator(base_url)] = Field(
        "https://dysmsapi.aliyuncs.com", description="Where Aliyun is asked to send text messages."
    )
    wechat_app_id: Annotated[str, AfterValidator(_checked(access_key))] = Field(
        "", description="The AppID of the district's mini-program. Empty: nobody signs in by WeChat."
    )
    wechat_app_secret: Annotated[SecretStr, AfterValidator(_secret(access_key))] = Field(
        SecretStr(""), description="The AppSecret that belongs to it."
    )
    wechat_api_url: Annotated[str, AfterValidator(base_url)] = Field(
        "https://api.weixin.qq.com", description="Where WeChat's server API is asked."
    )
    wechat_templates: Annotated[str, AfterValidator(_checked(message_templates))] = Field(
        "",
        description="WeChat's template of each kind of notification, with the names of its text and its time, with"
        " commas: wish_offered=TEMPLATE_ID/thing1/time2. Empty: no pushes by WeChat.",
    )
    wechat_page: Annotated[str, AfterValidator(_checked(page))] = Field(
        "", description="The page of the mini-program that a tap on a message opens, such as pages/notices/index."
    )
    max_notice_sms_a_day: int = Field(
        200,
        ge=0,
        le=1_000_000,
        description="The most notices sent by SMS in a day, by the whole district; codes are counted apart. 0: none.",
    )
    provider_timeout_seconds: float = Field(
        5.0, ge=0.1, le=60, description="How long one call of a text message service or of WeChat may take."
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        given = {
            name: bool(value.get_secret_value() if isinstance(value, SecretStr) else value) for name, value in self
        }
        if self.migration_database_url and not self.database_url:
            raise ValueError("MIGRATION_DATABASE_URL is given without DATABASE_URL, of the role that serves.")
        if found := " ".join(problems(self.sms_provider, given)):
            raise ValueError(found)
        return self


# Settings that may hold a password or a key; never shown.
SECRETS = frozenset(
    [
        "database_url",
        "migration_database_url",
        "secret_key",
        "secret_keys_old",
        "index_key",
        "metrics_token",
        "sms_webhook_url",
        "sms_webhook_secret",
        "aliyun_access_key_secret",
        "wechat_app_secret",
    ]
)
SHOWN_CHARACTERS = 60


def _sentence(problem: Any) -> str:
    """Return what is wrong with one setting, and its value unless it may be secret; or with several together."""
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0])
    given = str(problem["input"])
    shown = given if len(given) <= SHOWN_CHARACTERS else f"{given[:SHOWN_CHARACTERS]}…"
    value = "" if name in SECRETS else f" (it is {shown!r})"
    return f"{name.upper()} is not usable: {problem['msg'].removeprefix('Value error, ')}{value}."


def load() -> Settings:
    """Read the environment. Raises SettingsError, with one sentence per bad setting."""
    try:
        return Settings()
    except ValidationError as error:
        sentences = [_sentence(problem) for problem in error.errors(include_url=False)]
        raise SettingsError(" ".join(sentences)) from None


@cache
def current() -> Settings:
    """Return the settings of this process, read once."""
    return load()

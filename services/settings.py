"""Typed settings from the environment. A bad one fails at start in one clear sentence."""

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parents[1]


class SettingsError(Exception):
    """A setting is missing or unusable. The text names it and says what to do."""


def secret_key_bytes(text: str) -> bytes:
    """The 32 bytes of a key in base64. Raises ValueError."""
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


def _dsn(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)  # ValueError for what is no URL at all
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("must begin with postgresql://")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("must have a port from 1 to 65535") from None
    if not parts.hostname and "host=" not in parts.query:
        raise ValueError("must name a host, such as postgresql://user:password@host:5432/database")
    if not parts.path.strip("/"):
        raise ValueError("must name a database, such as postgresql://user:password@host:5432/database")
    return value


def _schema(value: str) -> str:
    if value.startswith("pg_"):
        raise ValueError("must not begin with pg_, which PostgreSQL keeps for itself")
    return value


class Settings(BaseSettings):
    """Every setting, its default and its meaning. Documented in README.md; a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix="", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: Annotated[str, AfterValidator(_dsn)] = Field(
        "", description="PostgreSQL 15 or later. Empty: the embedded server in DATA_DIR."
    )
    database_schema: Annotated[str, AfterValidator(_schema)] = Field(
        "public", pattern=r"^[a-z_][a-z0-9_]{0,62}$", description="The schema that holds the tables."
    )
    database_pool_size: int = Field(8, ge=1, le=200, description="Connections a process keeps at most.")
    database_acquire_timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="How long a request waits for a connection."
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
        description="32 bytes in base64; encrypts phones and secrets. Empty: made once and kept in DATA_DIR.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address to serve on.")
    port: int = Field(8000, ge=1, le=65535, description="The port to serve on.")
    session_idle_days: int = Field(30, ge=1, le=365, description="A session unused for so long ends.")
    session_absolute_days: int = Field(180, ge=1, le=730, description="A session ends after so long at the latest.")
    max_body_bytes: int = Field(
        128 * 1024,
        ge=1024,
        le=16 * 1024 * 1024,
        description="The largest request body that is read; from who may import a roster, 1,500,000 in any case.",
    )
    max_websockets: int = Field(
        2000, ge=1, le=100_000, description="WebSockets a process keeps open at most; one more is told to try later."
    )
    work_inside: bool = Field(
        True,
        description="Whether a server also does the work of `app.py work`: the tick each minute and the relay. False"
        " where that runs as a service of its own.",
    )
    graphiql: bool = Field(True, description="Whether GET /graphql serves a browser the page with the operations.")


def load() -> Settings:
    """Read the environment.

    Raises SettingsError, one sentence a bad setting.
    """
    try:
        return Settings()
    except ValidationError as error:
        sentences = [
            f"{str(problem['loc'][0]).upper()} is not usable: {problem['msg'].removeprefix('Value error, ')}."
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError(" ".join(sentences)) from None


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return load()

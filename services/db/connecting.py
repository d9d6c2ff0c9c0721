"""One plain connection to the configured database; a failure becomes one sentence without the password."""

import ssl
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from services.db.engine import OUTAGES
from services.kit.errors import Unavailable
from services.kit.settings import SettingsError

MIN_VERSION = 15

# The server answers, but refuses this role or has no such database: waiting doesn't help.
MISTAKES = (
    asyncpg.InvalidAuthorizationSpecificationError,  # a wrong password among them
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.exceptions.ClientConfigurationError,
)
_WAYS_OUT: tuple[tuple[str, str], ...] = (
    ("no encryption", "the server wants TLS: add sslmode=require to DATABASE_URL (服务器要求加密连接)"),
    ("pg_hba.conf", "let this machine in there, or ask whoever runs the server (服务器未允许本机连接)"),
    ("password", "check the user and the password (用户名或密码不对)"),
    ("database", "check the name, or create it (没有这个数据库，请核对或新建)"),
    ("role", "check the user, or create it (没有这个用户，请核对或新建)"),
)


async def connect(url: str, timeout_seconds: float) -> asyncpg.Connection:
    """Connect to the server at `url` and check its version.

    Raises Unavailable when it can't be reached now, and SettingsError when waiting would not help.
    """
    try:
        connection = await asyncpg.connect(url, timeout=timeout_seconds)
    except MISTAKES as error:
        raise _mistaken(url, str(error)) from error
    except ssl.SSLError as error:
        raise _mistaken(
            url, f"TLS with {place(url)} failed: {error.reason or error}; check sslmode and sslrootcert"
        ) from error
    except OUTAGES as error:
        # asyncpg has no type for it, and raises the same for a server that is no PostgreSQL.
        if "rejected SSL upgrade" in str(error) and "sslmode" in parse_qs(urlsplit(url).query):
            reason = f"{place(url)} offers no TLS, which sslmode demands (服务器不支持加密连接)"
            raise _mistaken(url, reason) from error
        if isinstance(error, FileNotFoundError) and not place(url).startswith("/"):
            reason = "a file that it names (sslrootcert, sslcert, sslkey) is not there (没有证书文件)"
            raise _mistaken(url, reason) from error
        raise Unavailable(_away(url, error)) from error
    except (ValueError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        raise _mistaken(url, f"{place(url)} did not let us in: {error}") from error
    major = connection.get_server_version().major
    if major < MIN_VERSION:
        await connection.close()
        raise _mistaken(url, f"{place(url)} is PostgreSQL {major}, and {MIN_VERSION} or later is needed (版本太旧)")
    return connection


def place(url: str) -> str:
    """Return where a database is: host and port, or its socket's folder; nothing else of its URL."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    host = unquote(parts.hostname or "") or options.get("host", ["localhost"])[0]
    return host if host.startswith("/") else f"{host}:{parts.port or options.get('port', ['5432'])[0]}"


def _mistaken(url: str, reason: str) -> SettingsError:
    """Return the error for a wrong setting, with the URL's secrets masked: asyncpg's text could quote them."""
    for secret in _secrets(url):
        reason = reason.replace(secret, "***")
    reason = " ".join(reason.split()).rstrip(".")[:300]
    way_out = next((way for word, way in _WAYS_OUT if word in reason), None)
    return SettingsError(f"DATABASE_URL is not usable: {reason}{f'; {way_out}' if way_out else ''}.")


def _secrets(url: str) -> list[str]:
    parts = urlsplit(url)
    given = [parts.password, *parse_qs(parts.query).get("password", ()), *parse_qs(parts.query).get("sslpassword", ())]
    return sorted({form for one in given if one for form in (one, unquote(one))}, key=len, reverse=True)


def _away(url: str, error: BaseException) -> str:
    where = place(url)
    match error:
        case OSError() if type(error).__name__ == "gaierror":
            return f"the database cannot be reached: the host of {where} is unknown; check DATABASE_URL (没有这台主机)"
        case TimeoutError():
            return (
                f"the database cannot be reached: no answer from {where}; check DATABASE_URL and the network (无应答)"
            )
        case ConnectionRefusedError() | FileNotFoundError():
            return (
                f"the database cannot be reached: nothing answers at {where}; check the host and the port of"
                " DATABASE_URL, and that PostgreSQL runs there (没有数据库在那里应答)"
            )
        case asyncpg.InsufficientResourcesError() | asyncpg.CannotConnectNowError():
            return f"the database cannot be reached: {where} says: {error}"
    return (
        f"the database cannot be reached: what answers at {where} is no PostgreSQL, or hung up"
        f" ({type(error).__name__}); check DATABASE_URL (应答的不是 PostgreSQL)"
    )

"""红城星店: the ASGI app and the command line. Wiring only.

`.venv/bin/python app.py --help` lists the commands. `uvicorn app:app` serves the same as `app.py serve`, but without
closing connections whose peer sends nothing or no longer reads (schema/http/sockets.py), and with uvicorn's own
FORWARDED_ALLOW_IPS in place of TRUSTED_PROXIES.

The schema takes a second to build, so only what needs it imports it; likewise the worker's HTTP client, and each
command's own parts.
"""

import signal
import sys
from typing import Any, NoReturn

import asyncpg
from tortoise.exceptions import BaseORMException

from commands import terminal
from commands.cli import cli, register
from commands.running import ENDINGS, stop
from services.db import database
from services.kit import logs
from services.kit.errors import Refusal, XingdianError, why
from services.kit.settings import SettingsError, load


def main() -> None:
    """Run a command; report external failures in one clear sentence, without a traceback."""
    for ending in ENDINGS:
        signal.signal(ending, stop)
    terminal.steady_streams()
    if logs.wanted_json():
        logs.configure()
    try:
        check_words()
        load()
        try:
            register(next((word for word in sys.argv[1:] if not word.startswith("-")), None))
            cli()
        finally:
            terminal.flush()
    except Refusal as refusal:
        fail(refusal.message)
    except (SettingsError, XingdianError) as error:
        fail(str(error))
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
        terminal.give_up()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        terminal.give_up()
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}{(error.strerror or str(error)).lower()} ({why(error)}).")
    except (asyncpg.PostgresError, BaseORMException) as error:
        fail(database.refused(error))


def check_words() -> None:
    """Raise XingdianError for arguments that are not UTF-8, which could not be stored."""
    for number, word in enumerate(sys.argv[1:], 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            raise XingdianError(f"Word {number} of the command is not UTF-8: {word!a} (参数不是 UTF-8 文字).") from None


def fail(sentence: str) -> NoReturn:
    """Exit with one sentence on what is wrong."""
    if logs.wanted_json():
        logs.log.critical(sentence)
        sys.exit(1)
    sys.exit(f"xingdian: {sentence}")


def __getattr__(name: str) -> Any:
    """Create `app:app` for an ASGI server on first access."""
    if name == "app":
        from schema.http.asgi import create_app

        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)


if __name__ == "__main__":
    main()

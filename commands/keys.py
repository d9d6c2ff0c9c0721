"""The secret key (密钥): replaced while the district is served."""

import base64
import os

import typer

from commands import terminal
from commands.cli import SERVE, AsJson, cli
from commands.running import with_database
from services.kit import secrets
from services.kit.settings import current
from services.work import keys

group = typer.Typer(no_args_is_help=True, help="Replace the secret key (更换密钥).")
cli.add_typer(group, name="key", rich_help_panel=SERVE)


@group.command("new")
def new_key() -> None:
    """Print the settings with a new key (新密钥), for the settings' file; they are secret."""
    settings = current()
    others = [_text(one) for one in secrets.masters().values()]
    first = settings.index_key.get_secret_value() or others[0]
    print(f"SECRET_KEY='{_text(os.urandom(32))}'")
    print(f"SECRET_KEYS_OLD='{','.join(others)}'")
    print(f"INDEX_KEY='{first}'")


@group.command("rotate")
def rotate_keys(as_json: AsJson = False) -> None:
    """Encrypt everything with SECRET_KEY (重新加密), while servers serve; killed in the middle, run it again."""
    done = with_database(keys.rotate, current())
    if as_json:
        terminal.document({"values": done})
    else:
        print("\n".join(f"{name} {count}" for name, count in done.items() if count) or "没有需要重新加密的内容")
        print("全部已用 SECRET_KEY 加密：现在可以删除 SECRET_KEYS_OLD，再重启各进程；INDEX_KEY 请保留")


def _text(one: bytes) -> str:
    return base64.b64encode(one).decode()

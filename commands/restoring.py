"""After a backup was restored (恢复)."""

from commands import terminal
from commands.cli import SERVE, AsJson, Yes, cli
from commands.running import with_database
from services.db import journal
from services.kit.settings import current
from services.work import restoring


@cli.command("restored", rich_help_panel=SERVE)
def finish_restored(yes: Yes = False, as_json: AsJson = False) -> None:
    """Finish a database restored from a backup (恢复之后), after asking: end sessions, codes, invitations and live
    passes, and apply again what the journal has of erasures and revocations. Nobody can use it before."""
    terminal.confirm("End all sessions, codes, invitations and live passes of this database?", yes)
    with journal.passing():
        done = with_database(restoring.finish, current())
    if as_json:
        terminal.document({"restored": done})
    else:
        print("\n".join(f"{name} {count}" for name, count in done.items()))
        if not current().journal_dir:
            print("没有设 JOURNAL_DIR：备份之后注销的人、收回的身份，请对照审计记录自行处理")
        if done.get("refused"):
            print("有几项没有做成，请用 app.py account 和 app.py role 处理")

"""What the role that serves may do with each table, where another role owns and migrates them.

The ledger, the history of wishes, reveals, the audit and the rows of statements take new rows and nothing else; of a
statement, the acknowledgements alone can change. Rows are deleted only where the program deletes some. The serving role
creates, alters, empties and owns nothing but temporary tables, into which a roster is copied.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

from services.kit.settings import Settings

READ = "SELECT"
APPENDED = "SELECT, INSERT"
CHANGED = "SELECT, INSERT, UPDATE"
SWEPT = "SELECT, INSERT, UPDATE, DELETE"

TABLES: dict[str, str] = {
    "accounts": CHANGED,
    "agreements": CHANGED,
    "area_totals": SWEPT,
    "area_counts": SWEPT,
    "areas": CHANGED,
    "audit_entries": APPENDED,
    "board_closings": APPENDED,
    "board_counts": SWEPT,
    "board_errata": APPENDED,
    "board_heads": "SELECT, INSERT, DELETE",
    "board_places": APPENDED,
    "consents": CHANGED,
    "contact_reveals": APPENDED,
    "discount_counters": CHANGED,
    "discounts": CHANGED,
    "disputes": CHANGED,
    "economies": CHANGED,
    "grants": CHANGED,
    "guess_windows": SWEPT,
    "helped_households": SWEPT,
    "household_heads": CHANGED,
    "household_joins": CHANGED,
    "households": CHANGED,
    "identities": SWEPT,
    "invitations": CHANGED,
    "markers": CHANGED,
    "memberships": CHANGED,
    "message_consents": SWEPT,
    "nomination_supports": APPENDED,
    "nominations": CHANGED,
    "notifications": SWEPT,
    "one_use_codes": SWEPT,
    "outbox_entries": SWEPT,
    "passes": CHANGED,
    "past_hours": APPENDED,
    "phone_changes": SWEPT,
    "points_accounts": APPENDED,
    "points_transfers": APPENDED,
    "preparations": CHANGED,
    "provider_tokens": CHANGED,
    "push_choices": SWEPT,
    "recovery_codes": SWEPT,
    "redemption_thanks": APPENDED,
    "redemptions": CHANGED,
    "requests": SWEPT,
    "reward_rules": APPENDED,
    "reward_endings": APPENDED,
    "rewards": CHANGED,
    "scores": SWEPT,
    "season_objections": CHANGED,
    "seasons": CHANGED,
    "second_factors": SWEPT,
    "sessions": SWEPT,
    "shop_changes": CHANGED,
    "shop_months": CHANGED,
    "shops": CHANGED,
    "sign_in_codes": SWEPT,
    "sign_in_days": CHANGED,
    "sign_in_misses": SWEPT,
    "sign_in_tickets": SWEPT,
    "signals": CHANGED,
    "statement_rows": APPENDED,
    "statements": APPENDED,
    "texts": APPENDED,
    "tortoise_migrations": READ,
    "webhook_attempts": SWEPT,
    "webhook_deliveries": SWEPT,
    "webhook_endpoints": CHANGED,
    "wish_events": APPENDED,
    "wish_helpers": APPENDED,
    "wish_offers": CHANGED,
    "wishes": CHANGED,
}

# Of these tables, only these columns can change.
COLUMNS: dict[str, tuple[str, ...]] = {
    "board_places": ("name_masked", "withdrawn_at"),
    "points_accounts": ("balance",),
    "reward_rules": ("withdrawn_at", "withdrawn_by_id"),
    "statements": (
        "shop_acknowledged_at",
        "shop_acknowledged_by_id",
        "district_acknowledged_at",
        "district_acknowledged_by_id",
    ),
    "texts": ("text", "erased_at"),
}


def statements(schema: str, role: str) -> list[str]:
    """Return the statements that give `role` what it needs in `schema`, and take what else it has. Repeatable.

    They are for the role that owns the tables, in one transaction.
    """
    place, who = _quoted(schema), _quoted(role)
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {who}",
        f"REVOKE CREATE ON SCHEMA {place} FROM {who}",
        f"GRANT USAGE ON SCHEMA {place} TO {who}",
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {place} TO {who}",  # for a backup
        *(f"GRANT {may} ON {place}.{_quoted(table)} TO {who}" for table, may in TABLES.items()),
        *(
            f"GRANT UPDATE ({', '.join(map(_quoted, columns))}) ON {place}.{_quoted(table)} TO {who}"
            for table, columns in COLUMNS.items()
        ),
    ]


def serving_role(settings: Settings) -> str | None:
    """Return the role of DATABASE_URL where another one migrates; None where one role does both."""
    serves, migrates = (_user(url) for url in (settings.database_url, settings.migration_database_url))
    return serves if settings.migration_database_url and serves != migrates else None


async def apply(connection: asyncpg.Connection, settings: Settings) -> None:
    """Give the serving role its privileges, if it is a role of its own. Nobody sees them half given."""
    role = serving_role(settings)
    if role is not None:
        async with connection.transaction():
            for statement in statements(settings.database_schema, role):
                await connection.execute(statement)


def _user(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

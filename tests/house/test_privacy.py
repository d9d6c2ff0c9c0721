"""Every column that can hold a text says what it holds of a person: exported and erased, kept with a reason, or nothing
of anybody."""

from collections import Counter

from tortoise import Tortoise
from tortoise.fields.data import CharEnumFieldInstance

from services.db import database
from services.work.privacy import PARTS

TEXTS = ("text", "character varying", "bytea", "jsonb", "json", "ARRAY")


def words() -> set[str]:
    """The columns that hold one of a few words, which a CHECK of the database guards."""
    return {
        f"{model._meta.db_table}.{field}"
        for model in Tortoise.apps["models"].values()
        for field, kind in model._meta.fields_map.items()
        if isinstance(kind, CharEnumFieldInstance)
    }


async def test_every_column_that_holds_text_is_declared(connected: None) -> None:
    rows = await database.fetch(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type = ANY($1) AND table_name <> 'tortoise_migrations'",
        list(TEXTS),
    )
    declared = Counter(name for part in PARTS for names in (part.erased, part.kept, part.impersonal) for name in names)
    assert [name for name, times in declared.items() if times > 1] == [], "declared twice"
    there = {row["name"] for row in rows} - words()
    assert there - set(declared) == set(), "say in the part's privacy.py what they hold of a person"
    assert set(declared) - there == set(), "declared, and not there"
    assert len(there) > 60


def test_what_stays_says_why() -> None:
    assert all(len(why) > 20 for part in PARTS for why in part.kept.values())


def test_sections_have_names_of_their_own() -> None:
    names = [section.name for part in PARTS for section in part.sections]
    assert len(names) == len(set(names)) > 20

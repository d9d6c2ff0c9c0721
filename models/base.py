"""What all tables share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model
from uuid_utils.compat import uuid7


class Table(Model):
    """A table whose key is a time-ordered UUID made in Python, so that a row has its id before it is written."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True


# A UNIQUE over columns that may change gets a condition, even one that always holds: PostgreSQL treats columns of a
# full unique index as a key, and updating a key blocks writers of rows that refer to this one.


def reference(model: str, *, null: bool = False, index: bool = False) -> Any:
    """A foreign key that never deletes: rows of this system are ended, not removed."""
    options: dict[str, Any] = {"on_delete": fields.RESTRICT, "related_name": False, "null": null, "db_index": index}
    return fields.ForeignKeyField(f"models.{model}", **options)


def one_of(table: str, column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """The database's own guard of an enum column."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(check=f"{column} IN ({allowed})", name=f"{table}_{column}_known")

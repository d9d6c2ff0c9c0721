"""How many typed codes were wrong lately."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of
from models.enums import GuessWindowKind


class GuessWindow(Table):
    """Mistyped codes of one cashier, address or shop since `began_at`. `key` is a keyed hash: it tells no address.

    `sources`, of a shop's: the cashiers and addresses they came from, as the names of a set, keyed hashes too.
    """

    kind = fields.CharEnumField(GuessWindowKind, max_length=16)
    key = fields.BinaryField()
    began_at = fields.DatetimeField()
    misses = fields.IntField()
    sources: dict[str, Any] | None = fields.JSONField(null=True)

    class Meta:
        table = "guess_windows"
        indexes = (Index(fields=("began_at",), name="guess_windows_by_time"),)
        constraints = (
            one_of("guess_windows", "kind", GuessWindowKind),
            UniqueConstraint(fields=("kind", "key"), name="guess_windows_once"),
            CheckConstraint(check="misses >= 0 AND octet_length(key) = 32", name="guess_windows_counted"),
        )

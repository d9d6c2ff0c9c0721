"""Statements: a shop's closed day, with rows and totals, under a hash that shop and district acknowledge."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import StatementRowKind


class Statement(Table):
    """One shop's day from 02:00 to 02:00, closed. Only the acknowledgements are added later. Money in fen.

    `redemptions` and `corrections` count its rows; `revoked` the day's redemptions without a row. `sha256` covers the
    canonical form of the rows and totals and `previous_sha256`, the hash of the shop's previous statement.
    """

    shop = reference("Shop")
    day = fields.DateField()
    redemptions = fields.IntField()
    corrections = fields.IntField()
    revoked = fields.IntField()
    bill_fen = fields.BigIntField()
    saved_fen = fields.BigIntField()
    payable_fen = fields.BigIntField()
    points = fields.BigIntField()
    previous_sha256 = fields.BinaryField(null=True)
    sha256 = fields.BinaryField()
    closed_at = fields.DatetimeField()
    shop_acknowledged_at = fields.DatetimeField(null=True)
    shop_acknowledged_by = reference("Account", null=True)
    district_acknowledged_at = fields.DatetimeField(null=True)
    district_acknowledged_by = reference("Account", null=True)

    class Meta:
        table = "statements"
        # Partial: unacknowledged statements are few, and queried alone; a shop's own are counted.
        indexes = (
            Index(fields=("day", "id"), name="statements_by_day"),
            PartialIndex(
                fields=("day", "id"), name="statements_for_shop", condition={"(shop_acknowledged_at IS NULL)": True}
            ),
            PartialIndex(
                fields=("day", "id"),
                name="statements_for_district",
                condition={"(district_acknowledged_at IS NULL)": True},
            ),
            PartialIndex(
                fields=("shop_id",), name="statements_shop_owes", condition={"(shop_acknowledged_at IS NULL)": True}
            ),
        )
        constraints = (
            UniqueConstraint(fields=("shop_id", "day"), name="statements_once"),
            CheckConstraint(
                check="octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE",
                name="statements_hashed",
            ),
            CheckConstraint(
                check="payable_fen = bill_fen - saved_fen AND redemptions >= 0 AND corrections >= 0 AND revoked >= 0",
                name="statements_amounts",
            ),
            CheckConstraint(
                check=(
                    "(shop_acknowledged_at IS NULL) = (shop_acknowledged_by_id IS NULL)"
                    " AND (district_acknowledged_at IS NULL) = (district_acknowledged_by_id IS NULL)"
                ),
                name="statements_acknowledged",
            ),
        )


class StatementRow(Table):
    """One row of a statement, append-only. A correction takes back, in negative amounts, what was settled before."""

    statement = reference("Statement")
    place = fields.IntField()
    kind = fields.CharEnumField(StatementRowKind, max_length=16)
    redemption = reference("Redemption")
    happened_at = fields.DatetimeField()
    bill_fen = fields.IntField()
    saved_fen = fields.IntField()
    payable_fen = fields.IntField()
    points = fields.IntField()

    class Meta:
        table = "statement_rows"
        constraints = (
            one_of("statement_rows", "kind", StatementRowKind),
            UniqueConstraint(fields=("statement_id", "place"), name="statement_rows_place_once"),
            UniqueConstraint(fields=("redemption_id", "kind"), name="statement_rows_settled_once"),
            CheckConstraint(
                check=(
                    "place >= 1 AND payable_fen = bill_fen - saved_fen AND CASE kind WHEN 'REDEMPTION'"
                    " THEN saved_fen BETWEEN 0 AND bill_fen AND points >= 0"
                    " ELSE saved_fen BETWEEN bill_fen AND 0 AND points <= 0 END"
                ),
                name="statement_rows_amounts",
            ),
        )

"""Each head gets ISSUANCE and SPENT accounts of its own in place of the two that all shared; whatever comes to be
available repays debt first; and the steps of a wish are numbered, so that no host's clock says which was the last."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

OWN_ACCOUNTS = (
    "INSERT INTO points_accounts (id, head_id, kind, balance)"
    " SELECT gen_random_uuid(), heads.head_id, kind, 0"
    " FROM (SELECT DISTINCT head_id FROM points_accounts WHERE head_id IS NOT NULL) heads"
    " CROSS JOIN (VALUES ('ISSUANCE'), ('SPENT')) system (kind)",
    # A transfer says what it said, of another account: the trigger steps aside for these two statements.
    "ALTER TABLE points_transfers DISABLE TRIGGER points_transfers_append_only",
    *(
        f"UPDATE points_transfers t SET {side} = own.id FROM points_accounts shared"
        " JOIN points_accounts own ON own.kind = shared.kind AND own.head_id IS NOT NULL"
        f" WHERE shared.head_id IS NULL AND t.{side} = shared.id AND own.head_id = t.head_id"
        for side in ("from_account_id", "to_account_id")
    ),
    "ALTER TABLE points_transfers ENABLE TRIGGER points_transfers_append_only",
    "UPDATE points_accounts a SET balance = moved.points FROM ("
    " SELECT account_id, sum(points) AS points FROM ("
    "  SELECT to_account_id AS account_id, points FROM points_transfers"
    "  UNION ALL SELECT from_account_id, -points FROM points_transfers"
    " ) one GROUP BY account_id"
    ") moved WHERE a.id = moved.account_id AND a.kind IN ('ISSUANCE', 'SPENT') AND a.head_id IS NOT NULL",
    "DELETE FROM points_accounts WHERE head_id IS NULL",
)

# What was given back to somebody who owed points did not repay them. It does now.
REPAID = (
    "WITH owing AS ("
    " SELECT a.head_id, a.id AS available_id, d.id AS debt_id, a.balance, d.balance AS owed,"
    "  least(a.balance, -d.balance) AS repaid"
    " FROM points_accounts a JOIN points_accounts d ON d.head_id = a.head_id AND d.kind = 'DEBT'"
    " WHERE a.kind = 'AVAILABLE' AND a.balance > 0 AND d.balance < 0"
    "), told AS ("
    " INSERT INTO points_transfers (id, head_id, number, kind, from_account_id, to_account_id, points, available_after,"
    "  debt_after, reason, created_at)"
    " SELECT gen_random_uuid(), head_id,"
    "  (SELECT max(number) + 1 FROM points_transfers t WHERE t.head_id = owing.head_id), 'DEBT_REPAID', available_id,"
    "  debt_id, repaid, balance - repaid, owed + repaid, '可用积分先偿还欠分', now() FROM owing"
    ") UPDATE points_accounts a SET balance = a.balance + CASE a.kind WHEN 'DEBT' THEN repaid ELSE -repaid END"
    " FROM owing WHERE a.id IN (available_id, debt_id)",
)

# Transfers of before that broke it stand, for none is ever edited: then it holds for what comes.
HELD_TO = (
    "ALTER TABLE points_transfers ADD CONSTRAINT points_transfers_debt_first"
    " CHECK (available_after = 0 OR debt_after = 0) NOT VALID",
    "DO $$ BEGIN ALTER TABLE points_transfers VALIDATE CONSTRAINT points_transfers_debt_first;"
    " EXCEPTION WHEN check_violation THEN NULL; END $$",
)


# A wish's steps as they were read until now: by the time at which each was taken, and by id within one instant.
NUMBERED = (
    # Added and filled: an event says what it said, so the trigger steps aside for this one statement.
    "ALTER TABLE wish_events DISABLE TRIGGER wish_events_append_only",
    "UPDATE wish_events e SET number = o.place FROM ("
    " SELECT id, row_number() OVER (PARTITION BY wish_id ORDER BY occurred_at, id) AS place FROM wish_events"
    ") o WHERE o.id = e.id",
    "ALTER TABLE wish_events ENABLE TRIGGER wish_events_append_only",
)


class AddConstraintForWhatComes(ops.AddConstraint):
    """An AddConstraint that old rows may break."""

    async def database_forward(self, *args: Any) -> None:
        await ops.RunSQL(HELD_TO).database_forward(*args)


class Migration(migrations.Migration):
    dependencies = [("models", "0009_till")]

    initial = False

    operations = [
        ops.RemoveConstraint(model_name="PointsAccount", name="points_accounts_system_once"),
        ops.RemoveConstraint(model_name="PointsAccount", name="points_accounts_owner"),
        ops.RunSQL((*OWN_ACCOUNTS, *REPAID)),
        ops.AlterField(
            model_name="PointsAccount",
            name="head",
            field=fields.ForeignKeyField(
                "models.HouseholdHead",
                source_field="head_id",
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        AddConstraintForWhatComes(
            model_name="PointsTransfer",
            constraint=CheckConstraint(
                check="available_after = 0 OR debt_after = 0", name="points_transfers_debt_first"
            ),
        ),
        ops.RemoveIndex(model_name="WishEvent", name="wish_events_by_wish"),
        ops.AddField(model_name="WishEvent", name="number", field=fields.IntField(null=True)),
        ops.RunSQL(NUMBERED),
        ops.AlterField(model_name="WishEvent", name="number", field=fields.IntField()),
        ops.AddConstraint(
            model_name="WishEvent",
            constraint=UniqueConstraint(fields=("wish_id", "number"), name="wish_events_number_once"),
        ),
    ]

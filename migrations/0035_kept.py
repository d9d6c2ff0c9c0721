"""What goes by time of honours: evidence, and texts of objections; and the nomination of a grant as a foreign key."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class KnownField(ops.AddField):
    """The column is there, under its name: it becomes a foreign key."""

    async def database_forward(self, *args: Any) -> None:
        await ops.RunSQL(
            "ALTER TABLE grants ADD CONSTRAINT grants_nomination_id_fkey"
            " FOREIGN KEY (nomination_id) REFERENCES nominations (id) ON DELETE RESTRICT"
        ).database_forward(*args)


class RenamedField(ops.RemoveField):
    """The model calls it otherwise; the column stays."""

    async def database_forward(self, *args: Any) -> None:
        """Change nothing."""


class Migration(migrations.Migration):
    dependencies = [("models", "0034_looked_up")]

    initial = False

    operations = [
        RenamedField(model_name="Grant", name="nomination_id"),
        KnownField(
            model_name="Grant",
            name="nomination",
            field=fields.ForeignKeyField(
                "models.Nomination",
                source_field="nomination_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.RemoveConstraint(model_name="Nomination", name="nominations_evidence_frozen", fields=None),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check=(
                    "(supports IS NULL) = (evidence_at IS NULL) AND (evidence IS NULL OR evidence_at IS NOT NULL)"
                    " AND supports >= 0 IS NOT FALSE"
                    " AND (state NOT IN ('SHORTLISTED', 'PASSED_OVER', 'STRUCK', 'HONOURED', 'REVOKED')"
                    " OR evidence_at IS NOT NULL)"
                ),
                name="nominations_evidence_frozen",
            ),
        ),
        ops.AddIndex(
            model_name="Nomination",
            index=PartialIndex(
                fields=["season_id"], name="nominations_with_evidence", condition={"(evidence IS NOT NULL)": True}
            ),
        ),
        ops.AddIndex(
            model_name="SeasonObjection",
            index=PartialIndex(
                fields=["answered_at"],
                name="season_objections_with_text",
                condition={"((text)::text <> ''::text)": True},
            ),
        ),
    ]

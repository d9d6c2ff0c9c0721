"""Closed boards: closings with their places, whose they are, and errata. They never change, but that names go."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import ErratumCause, LeaderboardPeriod

NEVER_CHANGED = ("board_closings", "board_errata")


def key() -> fields.UUIDField:
    return fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)


def at(**options: bool) -> fields.DatetimeField:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **options)


def reference(model: str, column: str) -> fields.ForeignKeyRelation:
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


def table(name: str, description: str) -> dict[str, str]:
    return {"table": name, "app": "models", "pk_attr": "id", "table_description": description}


class Migration(migrations.Migration):
    dependencies = [("models", "0026_waiting_statements")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BoardClosing",
            fields=[
                ("id", key()),
                ("area", reference("Area", "area_id")),
                (
                    "period",
                    fields.CharEnumField(
                        description="WEEK: WEEK\nMONTH: MONTH\nQUARTER: QUARTER\nYEAR: YEAR\nALL: ALL",
                        enum_type=LeaderboardPeriod,
                        max_length=8,
                    ),
                ),
                ("starts_at", at()),
                ("ends_at", at()),
                ("closed_at", at()),
                ("participants", fields.IntField()),
                ("scored", fields.IntField()),
                ("previous_sha256", fields.BinaryField(null=True)),
                ("sha256", fields.BinaryField()),
            ],
            options=table(
                "board_closings",
                "One board as it stood when it was closed: of a community, a subdistrict or the district, for one window.",
            ),
            bases=["Table"],
        ),
        ops.CreateModel(
            name="BoardPlace",
            fields=[
                ("id", key()),
                ("closing_id", fields.UUIDField()),
                ("position", fields.IntField()),
                ("rank", fields.IntField()),
                ("name_masked", fields.CharField(null=True, max_length=8)),
                ("area_name", fields.CharField(null=True, max_length=64)),
                ("points", fields.BigIntField()),
                ("wishes", fields.IntField()),
                ("households", fields.IntField()),
                ("reached_at", at()),
                ("withdrawn_at", at(null=True)),
            ],
            options=table(
                "board_places",
                "One place of a closing. The id is drawn at random, and stands for the head in the hash.",
            ),
            bases=["Table"],
        ),
        ops.CreateModel(
            name="BoardHead",
            fields=[("id", key()), ("head_id", fields.UUIDField()), ("starts_at", at())],
            options=table(
                "board_heads",
                "Whose place it is, under the place's id; deleted only when the person is forgotten. `starts_at`: of its window.",
            ),
            bases=["Table"],
        ),
        ops.CreateModel(
            name="BoardErratum",
            fields=[
                ("id", key()),
                ("closing", reference("BoardClosing", "closing_id")),
                ("number", fields.IntField()),
                ("place_id", fields.UUIDField()),
                ("reward", reference("Reward", "reward_id")),
                ("from_points", fields.BigIntField()),
                ("to_points", fields.BigIntField()),
                ("from_rank", fields.IntField()),
                ("to_rank", fields.IntField(null=True)),
                (
                    "cause",
                    fields.CharEnumField(
                        description="REVERSAL: REVERSAL\nLATE_RATING: LATE_RATING",
                        enum_type=ErratumCause,
                        max_length=16,
                    ),
                ),
                ("at", at()),
                ("previous_sha256", fields.BinaryField()),
                ("sha256", fields.BinaryField()),
            ],
            options=table(
                "board_errata",
                "What became of one place of a closing when points of its window were taken back. Append-only.",
            ),
            bases=["Table"],
        ),
        ops.AddConstraint(
            model_name="BoardClosing",
            constraint=CheckConstraint(
                check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR')", name="board_closings_period_known"
            ),
        ),
        ops.AddConstraint(
            model_name="BoardClosing",
            constraint=UniqueConstraint(fields=("area_id", "period", "starts_at"), name="board_closings_once"),
        ),
        ops.AddConstraint(
            model_name="BoardClosing",
            constraint=CheckConstraint(
                check="starts_at < ends_at AND ends_at < closed_at AND scored BETWEEN 0 AND participants",
                name="board_closings_ended",
            ),
        ),
        ops.AddConstraint(
            model_name="BoardClosing",
            constraint=CheckConstraint(
                check="octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32 IS NOT FALSE",
                name="board_closings_hashed",
            ),
        ),
        ops.AddIndex(
            model_name="BoardPlace", index=Index(fields=["closing_id", "points"], name="board_places_by_points")
        ),
        ops.AddConstraint(
            model_name="BoardPlace",
            constraint=UniqueConstraint(fields=("closing_id", "position"), name="board_places_position_once"),
        ),
        ops.AddConstraint(
            model_name="BoardPlace",
            constraint=CheckConstraint(
                check="(name_masked IS NULL) = (withdrawn_at IS NOT NULL)", name="board_places_named"
            ),
        ),
        ops.AddConstraint(
            model_name="BoardPlace",
            constraint=CheckConstraint(
                check="rank BETWEEN 1 AND position AND points > 0 AND households BETWEEN 1 AND wishes",
                name="board_places_of_something",
            ),
        ),
        ops.AddIndex(
            model_name="BoardHead", index=Index(fields=["head_id", "starts_at"], name="board_heads_by_head")
        ),
        ops.AddConstraint(
            model_name="BoardErratum",
            constraint=CheckConstraint(check="cause IN ('REVERSAL', 'LATE_RATING')", name="board_errata_cause_known"),
        ),
        ops.AddConstraint(
            model_name="BoardErratum",
            constraint=UniqueConstraint(fields=("closing_id", "number"), name="board_errata_number_once"),
        ),
        ops.AddConstraint(
            model_name="BoardErratum",
            constraint=UniqueConstraint(fields=("reward_id", "closing_id"), name="board_errata_once_a_reward"),
        ),
        ops.AddConstraint(
            model_name="BoardErratum",
            constraint=CheckConstraint(
                check=(
                    "number >= 1 AND to_points BETWEEN 0 AND from_points AND from_rank >= 1"
                    " AND (to_rank >= from_rank) IS NOT FALSE AND (to_points = 0) = (to_rank IS NULL)"
                ),
                name="board_errata_take_back",
            ),
        ),
        ops.AddConstraint(
            model_name="BoardErratum",
            constraint=CheckConstraint(
                check="octet_length(sha256) = 32 AND octet_length(previous_sha256) = 32", name="board_errata_hashed"
            ),
        ),
        ops.RunSQL(
            [
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                for table in NEVER_CHANGED
            ]
        ),
        # A name goes, and nothing else; of whose a place is, the row goes as a whole.
        ops.RunSQL(
            "CREATE TRIGGER board_places_append_only BEFORE DELETE OR UPDATE OF id, closing_id, position, rank,"
            " area_name, points, wishes, households, reached_at ON board_places"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
        ops.RunSQL(
            "CREATE TRIGGER board_places_named_once BEFORE UPDATE ON board_places FOR EACH ROW"
            " WHEN (OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL)"
            " EXECUTE FUNCTION refuse_change()"
        ),
        ops.RunSQL(
            "CREATE TRIGGER board_heads_append_only BEFORE UPDATE ON board_heads"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
    ]

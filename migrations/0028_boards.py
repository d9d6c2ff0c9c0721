"""Boards by wishes and by households, as of midnight; and what was done in an area together, kept."""

from tortoise import fields, migrations
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from uuid_utils.compat import uuid7

from models.enums import LeaderboardMeasure, LeaderboardPeriod

LEVELS = ("district", "subdistrict", "community", "grid")
COLUMNS = ", ".join(f"{level}_id" for level in LEVELS)
AREAS = ", ".join(
    f"CASE '{level.upper()}' WHEN a.kind THEN a.id WHEN b.kind THEN b.id WHEN c.kind THEN c.id WHEN d.kind THEN d.id END"
    for level in LEVELS
)
ABOVE = (
    "areas a LEFT JOIN areas b ON b.id = a.parent_id LEFT JOIN areas c ON c.id = b.parent_id"
    " LEFT JOIN areas d ON d.id = c.parent_id"
)
EACH = ", ".join(f"({level}_id)" for level in LEVELS)
COMPETES = "{0}.opted_in_at IS NOT NULL AND {0}.suspended_at IS NULL AND {0}.left_at IS NULL"

# What there is already. (services/points/scores.py and the triggers keep it from here on.)
FILLED = (
    f"""
    INSERT INTO board_counts (id, area_id, period, starts_at, measure, points, heads, folded)
    SELECT gen_random_uuid(), above.area_id, period, starts_at, measured.measure, measured.amount, count(*), true
    FROM scores CROSS JOIN LATERAL (VALUES {EACH}) above (area_id)
    CROSS JOIN LATERAL (VALUES ('WISHES', wishes), ('HOUSEHOLDS', households)) measured (measure, amount)
    WHERE competes AND above.area_id IS NOT NULL
    GROUP BY above.area_id, period, starts_at, measured.measure, measured.amount
    """,
    f"""
    INSERT INTO helped_households (id, household_id, period, starts_at, wishes, {COLUMNS})
    SELECT gen_random_uuid(), h.id, made.period, made.starts_at, made.wishes, {AREAS}
    FROM (
        SELECT r.household_id, w.period, w.starts_at, count(*) AS wishes
        FROM rewards r CROSS JOIN LATERAL (VALUES
            ('WEEK', date_trunc('week', r.posted_at, 'Asia/Shanghai')),
            ('MONTH', date_trunc('month', r.posted_at, 'Asia/Shanghai')),
            ('QUARTER', date_trunc('quarter', r.posted_at, 'Asia/Shanghai')),
            ('YEAR', date_trunc('year', r.posted_at, 'Asia/Shanghai')),
            ('ALL', '-infinity'::timestamptz)
        ) w (period, starts_at)
        WHERE r.state = 'POSTED' GROUP BY r.household_id, w.period, w.starts_at
    ) made JOIN households h ON h.id = made.household_id JOIN {ABOVE} ON a.id = h.grid_id
    """,
    f"""
    INSERT INTO area_totals (id, area_id, period, starts_at, households, heads, participants, folded)
    SELECT gen_random_uuid(), area_id, period, starts_at, sum(households), sum(heads), sum(participants), true
    FROM (
        SELECT above.area_id, period, starts_at, 1 AS households, 0 AS heads, 0 AS participants
        FROM helped_households CROSS JOIN LATERAL (VALUES {EACH}) above (area_id)
        UNION ALL SELECT above.area_id, period, starts_at, 0, 1, 0
        FROM scores CROSS JOIN LATERAL (VALUES {EACH}) above (area_id)
        UNION ALL SELECT above.area_id, 'ALL', '-infinity', 0, 0, 1
        FROM household_heads hh JOIN {ABOVE} ON a.id = hh.grid_id
        CROSS JOIN LATERAL (VALUES (a.id), (b.id), (c.id), (d.id)) above (area_id) WHERE {COMPETES.format("hh")}
    ) one WHERE area_id IS NOT NULL GROUP BY area_id, period, starts_at
    """,
)
# A model that is created has its constraints in its options, of which nothing makes them: this does. And the indexes
# of boards, which no model can say.
HELD_TO = (
    """
    ALTER TABLE helped_households
        ADD CONSTRAINT helped_households_period_known CHECK (period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')),
        ADD CONSTRAINT helped_households_once_a_window UNIQUE (household_id, period, starts_at),
        ADD CONSTRAINT helped_households_wishes CHECK (wishes >= 0)
    """,
    """
    ALTER TABLE area_totals
        ADD CONSTRAINT area_totals_period_known CHECK (period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL'))
    """,
    *(
        f"CREATE INDEX scores_by_{level}_{measure} ON scores"
        f" ({level}_id, period, starts_at, (-{measure}), reached_at, head_id) WHERE competes"
        for level in LEVELS
        for measure in ("wishes", "households")
    ),
)
# Whoever writes a head: who competes is counted by the database itself. (Who does is said in services/people/heads.py;
# `app.py reconcile` holds this to it.)
_COUNT = """
    INSERT INTO area_totals (id, area_id, period, starts_at, participants)
    WITH RECURSIVE changed AS ({0}), up AS (
        SELECT a.id, a.parent_id, c.n FROM changed c JOIN areas a ON a.id = c.grid_id
        UNION ALL SELECT a.id, a.parent_id, up.n FROM up JOIN areas a ON a.id = up.parent_id
    )
    SELECT gen_random_uuid(), id, 'ALL', '-infinity', sum(n) FROM up GROUP BY id HAVING sum(n) <> 0;
    RETURN NULL;
"""
_FUNCTION = "CREATE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN {1} END $$"
_ADDED = f"SELECT grid_id, count(*) AS n FROM added WHERE {COMPETES.format('added')} GROUP BY grid_id"
_MOVED = f"""
    SELECT * FROM (VALUES
        (OLD.grid_id, CASE WHEN {COMPETES.format("OLD")} THEN -1 ELSE 0 END),
        (NEW.grid_id, CASE WHEN {COMPETES.format("NEW")} THEN 1 ELSE 0 END)
    ) c (grid_id, n)"""
_DECIDES = ("opted_in_at", "suspended_at", "left_at", "grid_id")
COUNTED = (
    _FUNCTION.format("participants_added", _COUNT.format(_ADDED)),
    _FUNCTION.format("participants_moved", _COUNT.format(_MOVED)),
    "CREATE TRIGGER participants_added AFTER INSERT ON household_heads REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION participants_added()",
    f"CREATE TRIGGER participants_moved AFTER UPDATE OF {', '.join(_DECIDES)} ON household_heads FOR EACH ROW"
    f" WHEN (({', '.join(f'OLD.{name}' for name in _DECIDES)})"
    f" IS DISTINCT FROM ({', '.join(f'NEW.{name}' for name in _DECIDES)})) EXECUTE FUNCTION participants_moved()",
)
PERIODS = "WEEK: WEEK\nMONTH: MONTH\nQUARTER: QUARTER\nYEAR: YEAR\nALL: ALL"


def windows() -> list[tuple[str, fields.Field]]:
    return [
        ("period", fields.CharEnumField(description=PERIODS, enum_type=LeaderboardPeriod, max_length=8)),
        ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("models", "0027_closed_boards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AreaTotal",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("area_id", fields.UUIDField()),
                *windows(),
                ("households", fields.IntField(default=0, db_default=0)),
                ("heads", fields.IntField(default=0, db_default=0)),
                ("participants", fields.IntField(default=0, db_default=0)),
                ("changes", fields.BigIntField(default=0, db_default=0)),
                ("folded", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "area_totals",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')", name="area_totals_period_known"
                    )
                ],
                "indexes": [
                    Index(fields=["area_id", "period", "starts_at"], name="area_totals_by_board"),
                    PartialIndex(fields=["id"], name="area_totals_to_fold", condition={"folded": False}),
                ],
                "pk_attr": "id",
                "table_description": "Who was helped and who helped in an area in a window: each figure is the sum over its rows.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="HelpedHousehold",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("household_id", fields.UUIDField()),
                *windows(),
                ("wishes", fields.IntField()),
                *[(f"{level}_id", fields.UUIDField(null=True)) for level in LEVELS],
            ],
            options={
                "table": "helped_households",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')",
                        name="helped_households_period_known",
                    ),
                    UniqueConstraint(
                        fields=("household_id", "period", "starts_at"), name="helped_households_once_a_window"
                    ),
                    CheckConstraint(check="wishes >= 0", name="helped_households_wishes"),
                ],
                "pk_attr": "id",
                "table_description": "How many wishes of a household were rated well in a window, and where it lived when the first of them was.",
            },
            bases=["Table"],
        ),
        ops.RemoveIndex(model_name="BoardCount", name="board_counts_by_board", fields=None),
        ops.AddField(
            model_name="BoardCount",
            name="measure",
            field=fields.CharEnumField(
                description="POINTS: POINTS\nWISHES: WISHES\nHOUSEHOLDS: HOUSEHOLDS",
                db_default="POINTS",
                enum_type=LeaderboardMeasure,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="BoardCount",
            name="since",
            field=fields.DatetimeField(db_default=SqlDefault("'-infinity'"), auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="BoardCount",
            index=Index(
                fields=["area_id", "period", "starts_at", "measure", "points", "since", "heads"],
                name="board_counts_by_board",
            ),
        ),
        ops.AddIndex(
            model_name="BoardCount",
            index=PartialIndex(
                fields=["since"], name="board_counts_of_a_day", condition={"(since > '-infinity')": True}
            ),
        ),
        ops.AddConstraint(
            model_name="BoardCount",
            constraint=CheckConstraint(
                check="measure IN ('POINTS', 'WISHES', 'HOUSEHOLDS')", name="board_counts_measure_known"
            ),
        ),
        ops.AddField(model_name="Score", name="households_before", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name="Score", name="points_before", field=fields.BigIntField(default=0, db_default=0)),
        ops.AddField(
            model_name="Score",
            name="since",
            field=fields.DatetimeField(db_default=SqlDefault("'-infinity'"), auto_now=False, auto_now_add=False),
        ),
        ops.AddField(model_name="Score", name="wishes_before", field=fields.IntField(default=0, db_default=0)),
        ops.AddConstraint(
            model_name="Score",
            constraint=CheckConstraint(
                check=(
                    "points_before BETWEEN 0 AND points AND wishes_before BETWEEN 0 AND wishes"
                    " AND households_before BETWEEN 0 AND households"
                ),
                name="scores_only_grow_in_a_day",
            ),
        ),
        ops.RunSQL((*FILLED, *HELD_TO, *COUNTED)),
    ]

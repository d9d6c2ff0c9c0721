"""Areas are compared by counts that are kept, whoever writes what is counted; a head's offers are found by time, and
a month's flows of points."""

from tortoise import fields, migrations
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from uuid_utils.compat import uuid7

from models.enums import LeaderboardPeriod

PERIODS = ("WEEK", "MONTH", "QUARTER", "YEAR")
# The windows in which an instant `at` lies, as services/points/scores.py has them.
WINDOWS = (
    "(VALUES "
    + ", ".join(f"('{period}', date_trunc('{period.lower()}', one.at, 'Asia/Shanghai'))" for period in PERIODS)
    + ", ('ALL', '-infinity'::timestamptz)) w (period, starts_at)"
)
# A grid `g` and the three areas above it.
ABOVE = """
    JOIN areas g ON g.id = one.grid_id LEFT JOIN areas b ON b.id = g.parent_id
    LEFT JOIN areas c ON c.id = b.parent_id LEFT JOIN areas d ON d.id = c.parent_id
    CROSS JOIN LATERAL (VALUES (g.id), (b.id), (c.id), (d.id)) above (area_id)
"""


def counted(wishes: str, households: str, *, folded: bool = False) -> tuple[str, str]:
    """Return the statements that add what two selects give: (grid_id, at, number) of wishes, (grid_id, number) of
    households."""
    return (
        f"""
        INSERT INTO area_counts (id, area_id, period, starts_at, wishes, households, folded)
        SELECT gen_random_uuid(), above.area_id, w.period, w.starts_at, sum(one.number), 0, {folded}
        FROM ({wishes}) one {ABOVE} CROSS JOIN LATERAL {WINDOWS}
        WHERE above.area_id IS NOT NULL GROUP BY above.area_id, w.period, w.starts_at HAVING sum(one.number) <> 0
        """,
        f"""
        INSERT INTO area_counts (id, area_id, period, starts_at, wishes, households, folded)
        SELECT gen_random_uuid(), above.area_id, 'ALL', '-infinity', 0, sum(one.number), {folded}
        FROM ({households}) one {ABOVE}
        WHERE above.area_id IS NOT NULL GROUP BY above.area_id HAVING sum(one.number) <> 0
        """,
    )


# What there is already.
FILLED = counted(
    "SELECT w.grid_id, r.posted_at AS at, 1 AS number FROM rewards r JOIN wishes w ON w.id = r.wish_id"
    " WHERE r.state = 'POSTED'",
    "SELECT grid_id, 1 AS number FROM households",
    folded=True,
)
# What is added: all rows of a statement at once, which may be a load in bulk.
ADDED = counted(
    "SELECT w.grid_id, r.posted_at AS at, 1 AS number FROM added r JOIN wishes w ON w.id = r.wish_id"
    " WHERE r.state = 'POSTED'",
    "SELECT grid_id, 1 AS number FROM added",
)
# What changes, row by row, where it changes what is counted.
CHANGED = counted(
    "SELECT w.grid_id, coalesce(NEW.posted_at, OLD.posted_at) AS at,"
    " CASE WHEN NEW.state = 'POSTED' THEN 1 ELSE -1 END AS number FROM wishes w WHERE w.id = NEW.wish_id",
    "SELECT NEW.grid_id AS grid_id, 1 AS number UNION ALL SELECT OLD.grid_id, -1",
)


def triggers(table: str, added: str, changed: str, column: str, when: str) -> tuple[str, ...]:
    """Return the statements that make both triggers of a table."""
    function = "CREATE FUNCTION {} RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN {}; RETURN NULL; END $$"
    return (
        function.format(f"{table}_counted_added()", added),
        function.format(f"{table}_counted_changed()", changed),
        f"CREATE TRIGGER {table}_counted_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_counted_added()",
        f"CREATE TRIGGER {table}_counted_changed AFTER UPDATE OF {column} ON {table} FOR EACH ROW WHEN ({when})"
        f" EXECUTE FUNCTION {table}_counted_changed()",
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0028_boards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AreaCount",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("area_id", fields.UUIDField()),
                ("period", fields.CharEnumField(description="WEEK: WEEK\nMONTH: MONTH\nQUARTER: QUARTER\nYEAR: YEAR\nALL: ALL", enum_type=LeaderboardPeriod, max_length=8)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("wishes", fields.BigIntField()),
                ("households", fields.BigIntField()),
                ("folded", fields.BooleanField()),
            ],
            options={"table": "area_counts", "app": "models", "pk_attr": "id", "table_description": "What is counted of one area: wishes rated well in one window, and households, which stand in the window of all"},
            bases=["Table"],
        ),
        ops.AddIndex(
            model_name="AreaCount",
            index=Index(
                fields=["area_id", "period", "starts_at", "wishes", "households"], name="area_counts_by_area"
            ),
        ),
        ops.AddIndex(
            model_name="AreaCount",
            index=PartialIndex(fields=["id"], name="area_counts_to_fold", condition={"folded": False}),
        ),
        ops.AddConstraint(
            model_name="AreaCount",
            constraint=CheckConstraint(
                check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')", name="area_counts_period_known"
            ),
        ),
        ops.AddConstraint(
            model_name="AreaCount",
            constraint=CheckConstraint(
                check="(wishes <> 0 OR households <> 0) AND (households = 0 OR period = 'ALL')",
                name="area_counts_of_something",
            ),
        ),
        ops.AddIndex(
            model_name="Area",
            index=PartialIndex(fields=["name", "id"], name="areas_communities", condition={"kind": "COMMUNITY"}),
        ),
        ops.AddIndex(
            model_name="WishOffer",
            index=Index(fields=["head_id", "offered_at"], name="wish_offers_by_head_and_time"),
        ),
        ops.AddIndex(
            model_name="PointsTransfer",
            index=PartialIndex(
                fields=["created_at"],
                name="points_transfers_flows",
                condition={"(kind IN ('REWARD_POSTED', 'DEBT_REPAID', 'SPEND', 'REFUND', 'REVERSAL'))": True},
            ),
        ),
        ops.RunSQL(FILLED),
        ops.RunSQL(triggers("rewards", ADDED[0], CHANGED[0], "state", "(OLD.state = 'POSTED') <> (NEW.state = 'POSTED')")),
        ops.RunSQL(triggers("households", ADDED[1], CHANGED[1], "grid_id", "OLD.grid_id <> NEW.grid_id")),
    ]

"""The boards' scores and counts are kept, where every read summed the rewards of all heads."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import LeaderboardPeriod
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

LEVELS = ("district", "subdistrict", "community", "grid")
COLUMNS = ", ".join(f"{level}_id" for level in LEVELS)
AREAS = ", ".join(
    f"CASE '{level.upper()}' WHEN a.kind THEN a.id WHEN b.kind THEN b.id WHEN c.kind THEN c.id WHEN d.kind THEN d.id END"
    for level in LEVELS
)

# What there is already. (services/points/scores.py keeps it from here on.)
FILLED = (
    f"""
    INSERT INTO scores (id, head_id, period, starts_at, points, wishes, households, reached_at, competes, {COLUMNS})
    SELECT gen_random_uuid(), hh.id, made.period, made.starts_at, made.points, made.wishes, made.households,
        made.reached_at, hh.opted_in_at IS NOT NULL AND hh.suspended_at IS NULL AND hh.left_at IS NULL, {AREAS}
    FROM (
        SELECT r.head_id, w.period, w.starts_at, sum(r.board_points) AS points, count(*) AS wishes,
            count(DISTINCT r.household_id) AS households, max(r.posted_at) AS reached_at
        FROM rewards r CROSS JOIN LATERAL (VALUES
            ('WEEK', date_trunc('week', r.posted_at, 'Asia/Shanghai')),
            ('MONTH', date_trunc('month', r.posted_at, 'Asia/Shanghai')),
            ('QUARTER', date_trunc('quarter', r.posted_at, 'Asia/Shanghai')),
            ('YEAR', date_trunc('year', r.posted_at, 'Asia/Shanghai')),
            ('ALL', '-infinity'::timestamptz)
        ) w (period, starts_at)
        WHERE r.board_points > 0 GROUP BY r.head_id, w.period, w.starts_at
    ) made JOIN household_heads hh ON hh.id = made.head_id JOIN areas a ON a.id = hh.grid_id
    LEFT JOIN areas b ON b.id = a.parent_id LEFT JOIN areas c ON c.id = b.parent_id LEFT JOIN areas d ON d.id = c.parent_id
    """,
    f"""
    INSERT INTO board_counts (id, area_id, period, starts_at, points, heads, folded)
    SELECT gen_random_uuid(), above.area_id, period, starts_at, points, count(*), true
    FROM scores CROSS JOIN LATERAL (VALUES {", ".join(f"({level}_id)" for level in LEVELS)}) above (area_id)
    WHERE competes AND above.area_id IS NOT NULL GROUP BY above.area_id, period, starts_at, points
    """,
)
# A model that is created has its constraints in its options, of which nothing makes them: this does. And the indexes
# of boards, which no model can say: their pages begin after a row's key, so all of the key must rise.
HELD_TO = (
    """
    ALTER TABLE scores
        ADD CONSTRAINT scores_period_known CHECK (period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')),
        ADD CONSTRAINT scores_once_a_window UNIQUE (head_id, period, starts_at),
        ADD CONSTRAINT scores_of_something CHECK (points > 0 AND households BETWEEN 1 AND wishes)
    """,
    """
    ALTER TABLE board_counts
        ADD CONSTRAINT board_counts_period_known CHECK (period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')),
        ADD CONSTRAINT board_counts_of_something CHECK (points > 0 AND heads <> 0)
    """,
    *(
        f"CREATE INDEX scores_by_{level} ON scores ({level}_id, period, starts_at, (-points), reached_at, head_id)"
        " WHERE competes"
        for level in LEVELS
    ),
)


class Migration(migrations.Migration):
    dependencies = [('models', '0014_owners')]

    initial = False

    operations = [
        ops.CreateModel(
            name='BoardCount',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('area_id', fields.UUIDField()),
                ('period', fields.CharEnumField(description='WEEK: WEEK\nMONTH: MONTH\nQUARTER: QUARTER\nYEAR: YEAR\nALL: ALL', enum_type=LeaderboardPeriod, max_length=8)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('points', fields.BigIntField()),
                ('heads', fields.IntField()),
                ('folded', fields.BooleanField()),
            ],
            options={'table': 'board_counts', 'app': 'models', 'constraints': [CheckConstraint(check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')", name='board_counts_period_known'), CheckConstraint(check='points > 0 AND heads <> 0', name='board_counts_of_something')], 'indexes': [Index(fields=['area_id', 'period', 'starts_at', 'points', 'heads'], name='board_counts_by_board'), PartialIndex(fields=['id'], name='board_counts_to_fold', condition={'folded': False})], 'pk_attr': 'id', 'table_description': 'Heads of a board (an area and a window) with so many points: the sum of `heads` over its rows.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Score',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('head', fields.ForeignKeyField('models.HouseholdHead', source_field='head_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('period', fields.CharEnumField(description='WEEK: WEEK\nMONTH: MONTH\nQUARTER: QUARTER\nYEAR: YEAR\nALL: ALL', enum_type=LeaderboardPeriod, max_length=8)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('points', fields.BigIntField()),
                ('wishes', fields.IntField()),
                ('households', fields.IntField()),
                ('reached_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('competes', fields.BooleanField()),
                ('district_id', fields.UUIDField(null=True)),
                ('subdistrict_id', fields.UUIDField(null=True)),
                ('community_id', fields.UUIDField(null=True)),
                ('grid_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'scores', 'app': 'models', 'constraints': [CheckConstraint(check="period IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR', 'ALL')", name='scores_period_known'), UniqueConstraint(fields=('head_id', 'period', 'starts_at'), name='scores_once_a_window'), CheckConstraint(check='points > 0 AND households BETWEEN 1 AND wishes', name='scores_of_something')], 'pk_attr': 'id', 'table_description': "What one head's posted rewards make in one window; none where they make nothing. Kept from rewards and heads."},
            bases=['Table'],
        ),
        ops.RemoveIndex(
            model_name='Reward',
            name='rewards_by_posting',
            fields=None,
        ),
        ops.AddIndex(
            model_name='Reward',
            index=Index(fields=['head_id', 'posted_at', 'household_id', 'board_points'], name='rewards_by_head_and_posting'),
        ),
        ops.RunSQL((*FILLED, *HELD_TO)),
    ]

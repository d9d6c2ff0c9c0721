"""What was read as data out of the audit has tables of its own, so that old rows of the audit may go; no row goes within
six months, and none by the role that serves."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from uuid_utils.compat import uuid7

from models.enums import RewardEndingKind

APPEND_ONLY = ("past_hours", "reward_endings")


def reference(model: str, column: str) -> fields.ForeignKeyRelation:
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0022_notices")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RewardEnding",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("reward", reference("Reward", "reward_id")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="LAPSED: LAPSED\nREVERSED: REVERSED", enum_type=RewardEndingKind, max_length=16
                    ),
                ),
                ("ended_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reward_endings",
                "app": "models",
                "pk_attr": "id",
                "table_description": "When a reward lapsed or was reversed, also where 0 points moved. Append-only.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="PastHours",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("shop", reference("Shop", "shop_id")),
                ("hours", fields.CharField(max_length=60)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "past_hours",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The opening hours that a shop had until a moment: by these its redemptions before it are judged. Append-only.",
            },
            bases=["Table"],
        ),
        # The ids are those of the audit's rows, whose order a trial of the reward rule goes by.
        ops.RunSQL(
            "INSERT INTO reward_endings (id, reward_id, kind, ended_at)"
            " SELECT e.id, r.id, 'LAPSED', e.occurred_at FROM audit_entries e JOIN rewards r ON r.wish_id = e.subject_id"
            " WHERE e.action = 'wish.reward_lapse' UNION ALL"
            " SELECT e.id, r.id, 'REVERSED', e.occurred_at FROM audit_entries e JOIN rewards r ON r.id = e.subject_id"
            " WHERE e.action = 'reward.reverse'"
        ),
        ops.RunSQL(
            "INSERT INTO past_hours (id, shop_id, hours, until)"
            " SELECT e.id, s.id, e.details ->> 'opening_hours_were', e.occurred_at"
            " FROM audit_entries e JOIN shops s ON s.id = e.subject_id"
            " WHERE e.subject = 'Shop' AND e.details ? 'opening_hours_were'"
        ),
        ops.AddIndex(model_name="RewardEnding", index=Index(fields=["reward_id"], name="reward_endings_by_reward")),
        ops.AddConstraint(
            model_name="RewardEnding",
            constraint=CheckConstraint(check="kind IN ('LAPSED', 'REVERSED')", name="reward_endings_kind_known"),
        ),
        ops.AddIndex(
            model_name="PastHours", index=Index(fields=["shop_id", "until", "id"], name="past_hours_by_shop")
        ),
        ops.RunSQL(
            [
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                for table in APPEND_ONLY
            ]
        ),
        # What is ended is told by the database itself, whoever ends it: for the journal that outlives a restored backup.
        ops.RunSQL(
            "CREATE FUNCTION tell_of_end(subject uuid, kind text) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$"
            " INSERT INTO outbox_entries (id, topic, subject_id, payload, created_at)"
            " SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'"
            " || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid, 'district.ended', subject,"
            " jsonb_build_object('kind', kind), clock_timestamp() $$"
        ),
        ops.RunSQL(
            "CREATE FUNCTION membership_ended() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN"
            " PERFORM tell_of_end(NEW.id, 'membership.revoke'); RETURN NULL; END $$"
        ),
        ops.RunSQL(
            "CREATE FUNCTION account_ended() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN"
            " IF NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL THEN"
            " PERFORM tell_of_end(NEW.id, 'account.erase'); RETURN NULL; END IF;"
            " IF (NEW.disabled_at IS NULL) <> (OLD.disabled_at IS NULL) THEN"
            " PERFORM tell_of_end(NEW.id, CASE WHEN NEW.disabled_at IS NULL THEN 'account.enable' ELSE 'account.disable'"
            " END); END IF;"
            " IF OLD.phone_index IS NOT NULL AND NEW.phone_index IS DISTINCT FROM OLD.phone_index THEN"
            " PERFORM tell_of_end(NEW.id, 'account.phone'); END IF; RETURN NULL; END $$"
        ),
        ops.RunSQL(
            "CREATE TRIGGER memberships_ended AFTER UPDATE OF revoked_at ON memberships FOR EACH ROW"
            " WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION membership_ended()"
        ),
        ops.RunSQL(
            "CREATE TRIGGER accounts_ended AFTER UPDATE OF erased_at, disabled_at, phone_index ON accounts"
            " FOR EACH ROW EXECUTE FUNCTION account_ended()"
        ),
        # Only who has the right to delete, and says so for the transaction; and nothing of the last six months.
        ops.RunSQL(
            "CREATE FUNCTION refuse_change_but_retention() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF TG_OP = 'DELETE' AND current_setting('xingdian.retention', true) = 'on'"
            " AND OLD.occurred_at < now() - interval '183 days' THEN RETURN OLD; END IF;"
            " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        ),
        ops.RunSQL("DROP TRIGGER audit_entries_append_only ON audit_entries"),
        ops.RunSQL(
            "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_but_retention()"
        ),
    ]

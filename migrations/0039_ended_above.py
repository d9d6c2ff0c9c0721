"""What is decided against shops, offers, heads, grants, agreements and honours is told by the database as well, for the
journal that outlives a restored backup; what is revoked or cancelled again so is by nobody. And a few lists are
found by an index of their own."""

from tortoise import migrations
from tortoise.indexes import PartialIndex
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

# Of each table: the column, what makes a change of it an end, or the end of one, and the kind of the journal's line.
ENDS = (
    ("shops", "state", "OLD.state <> 'SUSPENDED' AND NEW.state = 'SUSPENDED'", "shop.suspend"),
    ("shops", "state", "OLD.state = 'SUSPENDED' AND NEW.state = 'ACTIVE'", "shop.resume"),
    ("shops", "state", "OLD.state <> 'LEFT' AND NEW.state = 'LEFT'", "shop.leave"),
    ("discounts", "state", "OLD.state <> 'ENDED' AND NEW.state = 'ENDED'", "discount.end"),
    (
        "household_heads",
        "suspended_at",
        "OLD.suspended_at IS NULL AND NEW.suspended_at IS NOT NULL",
        "head.suspend",
    ),
    ("household_heads", "suspended_at", "OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL", "head.resume"),
    ("household_heads", "left_at", "OLD.left_at IS NULL AND NEW.left_at IS NOT NULL", "head.leave"),
    ("agreements", "state", "OLD.state <> 'ENDED' AND NEW.state = 'ENDED'", "agreement.end"),
    ("seasons", "state", "OLD.state <> 'CANCELLED' AND NEW.state = 'CANCELLED'", "season.cancel"),
    ("nominations", "state", "OLD.state <> 'STRUCK' AND NEW.state = 'STRUCK'", "nomination.strike"),
    ("nominations", "revoked_at", "OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL", "nomination.revoke"),
    ("grants", "revoked_at", "OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL", "grant.revoke"),
)
# Indexes along which what grows with a district is not read: of each model, the index, its columns and rows.
FOUND_BY: tuple[tuple[str, str, tuple[str, ...], dict[str, str]], ...] = (
    ("Nomination", "nominations_honoured_by_season", ("season_id", "honoured_at", "id"), {"state": "HONOURED"}),
    ("Shop", "shops_partners_by_id", ("id",), {"kind": "PARTNER"}),
    *(
        ("Signal", f"signals_open_by_{subject}", (f"{subject}_id", "id"), {"state": "OPEN"})
        for subject in ("shop", "other_shop", "head")
    ),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0038_pushes_by_channel")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                f"CREATE TRIGGER {kind.replace('.', '_')}_told AFTER UPDATE OF {column} ON {table} FOR EACH ROW"
                f" WHEN ({ended}) EXECUTE FUNCTION taken_back('{kind}')"
                for table, column, ended, kind in ENDS
            ]
        ),
        *(
            ops.AddIndex(model_name=model, index=PartialIndex(fields=list(fields), name=name, condition=condition))
            for model, name, fields, condition in FOUND_BY
        ),
        ops.RemoveConstraint(model_name="Season", name="seasons_somebodys_steps", fields=None),
        ops.AddConstraint(
            model_name="Season",
            constraint=CheckConstraint(
                check=(
                    "(opened_at IS NULL) = (opened_by_id IS NULL) AND (published_at IS NULL) = (published_by_id IS"
                    " NULL)"
                    " AND (published_at IS NULL) = (notice_until IS NULL)"
                    " AND (concluded_at IS NULL) = (concluded_by_id IS NULL)"
                    " AND (cancelled_at IS NOT NULL OR cancelled_by_id IS NULL)"
                ),
                name="seasons_somebodys_steps",
            ),
        ),
        ops.RemoveConstraint(model_name="Nomination", name="nominations_honoured_and_revoked", fields=None),
        ops.AddConstraint(
            model_name="Nomination",
            constraint=CheckConstraint(
                check=(
                    "(state IN ('HONOURED', 'REVOKED')) = (honoured_at IS NOT NULL)"
                    " AND (state = 'REVOKED') = (revoked_at IS NOT NULL)"
                    " AND (revoked_at IS NOT NULL OR revoked_by_id IS NULL)"
                    " AND (state = 'REVOKED') = (revoke_reason <> '')"
                ),
                name="nominations_honoured_and_revoked",
            ),
        ),
    ]

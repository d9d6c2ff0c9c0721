"""Indexes by which a list takes as long in a large district, or after many years, as in a small one."""

from tortoise import migrations
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0015_scores")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Area",
            index=PartialIndex(
                fields=["path", "kind", "id"], name="areas_units", condition={"(kind <> 'BUILDING')": True}
            ),
        ),
        ops.AddIndex(model_name="Wish", index=Index(fields=["state", "id"], name="wishes_by_state")),
        ops.AddIndex(
            model_name="Wish",
            index=PartialIndex(
                fields=["head_id", "id"],
                name="wishes_in_hand",
                condition={"(state IN ('DISPATCHED', 'ACCEPTED', 'COMPLETED'))": True},
            ),
        ),
        ops.AddIndex(model_name="Shop", index=Index(fields=["state", "id"], name="shops_by_state")),
        ops.AddIndex(
            model_name="Discount",
            index=PartialIndex(
                fields=["shop_id", "submitted_at", "id"],
                name="discounts_to_approve_by_shop",
                condition={"state": "SUBMITTED"},
            ),
        ),
        # More columns than before: each list of disputes and signals is of some states.
        ops.RemoveIndex(model_name="Dispute", name="disputes_open", fields=None),
        ops.RemoveIndex(model_name="Dispute", name="disputes_by_shop", fields=None),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["state", "id"], name="disputes_by_state")),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["shop_id", "state", "id"], name="disputes_by_shop")),
        ops.RemoveIndex(model_name="Signal", name="signals_by_kind", fields=None),
        ops.AddIndex(model_name="Signal", index=Index(fields=["kind", "state", "id"], name="signals_by_kind")),
        ops.AddIndex(
            model_name="Signal",
            index=PartialIndex(
                fields=["other_shop_id", "id"],
                name="signals_by_other_shop",
                condition={"(other_shop_id IS NOT NULL)": True},
            ),
        ),
        # The key beside what is searched by: matches are sorted by it without being read.
        ops.RemoveIndex(model_name="Household", name="households_by_address", fields=None),
        ops.RemoveIndex(model_name="Household", name="households_by_contact", fields=None),
        ops.AddIndex(model_name="Household", index=Index(fields=["address", "id"], name="households_by_address")),
        ops.AddIndex(
            model_name="Household", index=Index(fields=["contact_name", "id"], name="households_by_contact")
        ),
        # As for households: a prefix is one index range only where characters sort by their bytes.
        ops.RunSQL('ALTER TABLE household_heads ALTER COLUMN name TYPE varchar(64) COLLATE "C"'),
        ops.AddIndex(model_name="HouseholdHead", index=Index(fields=["name", "id"], name="household_heads_by_name")),
        ops.RunSQL(
            "CREATE INDEX shops_by_place ON shops USING gist (point(longitude, latitude)) WHERE state = 'ACTIVE'"
        ),
    ]

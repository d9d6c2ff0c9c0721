"""What a large district still read row by row is found through an index: completions of a month, shops far behind in a
list by distance, what one account did of a kind, what a shop has on offer."""

from tortoise import migrations
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops

# With all that a distance is computed from, so that shops before a page are passed over in the index alone.
PLACED = (
    "DROP INDEX shops_by_place",
    "CREATE INDEX shops_by_place ON shops USING gist (point(longitude, latitude))"
    " INCLUDE (longitude, latitude, category, id) WHERE state = 'ACTIVE'",
)


class Migration(migrations.Migration):
    dependencies = [("models", "0016_growth")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="WishEvent",
            index=PartialIndex(
                fields=["occurred_at", "wish_id"], name="wish_events_completions", condition={"action": "COMPLETE"}
            ),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(
                fields=["account_id", "action", "subject", "occurred_at", "id"],
                name="audit_entries_by_account_and_action",
            ),
        ),
        ops.AddIndex(
            model_name="Discount",
            index=PartialIndex(
                fields=["shop_id", "id"], name="discounts_on_offer_by_shop", condition={"state": "ACTIVE"}
            ),
        ),
        ops.RunSQL(PLACED),
    ]

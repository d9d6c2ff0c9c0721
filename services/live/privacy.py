"""What the outbox holds of a person: ids, for a week."""

from services.db.personal import Privacy

PRIVACY = Privacy(impersonal=("outbox_entries.topic", "outbox_entries.payload"))

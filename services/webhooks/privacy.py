"""What webhooks hold of a person: which account made an endpoint. A body tells of redemptions and statements by ids."""

from services.db.personal import Privacy

PRIVACY = Privacy(
    impersonal=(
        "webhook_endpoints.url",
        "webhook_endpoints.events",
        "webhook_endpoints.secret_encrypted",
        "webhook_endpoints.previous_secret_encrypted",
        "webhook_deliveries.body",
    )
)

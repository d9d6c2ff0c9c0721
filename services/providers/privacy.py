"""What the access tokens of external services hold of a person: nothing."""

from services.db.personal import Privacy

PRIVACY = Privacy(impersonal=("provider_tokens.provider", "provider_tokens.app_id", "provider_tokens.token_encrypted"))

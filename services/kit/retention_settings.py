"""How long what only ages is kept, and how much personal data an account may read: fields of the settings."""

from pydantic import Field

# A number that nobody has used for a year may be somebody else's, which an account's sessions tell
# (services/entry/numbers.py): whoever has none left was idle for longer than that.
MIN_SESSION_DAYS = 366

REQUESTS_KEPT_DAYS = Field(
    90,
    ge=7,
    le=3650,
    description="How long a `requestNo` is known by which no money moved; those of redemptions and reversals are kept"
    " for ever.",
)
PASS_SECRETS_KEPT_DAYS = Field(
    7, ge=1, le=365, description="How long the encrypted secret of a pass is kept after the pass has ended."
)
SESSIONS_KEPT_DAYS = Field(
    400,
    ge=MIN_SESSION_DAYS,
    le=3650,
    description="How long a session is kept after its end, with its note and device, and a binding to WeChat after its"
    " own; at least 366.",
)
PERSONAL_RECORDS_PER_HOUR = Field(
    2000,
    ge=0,
    le=1_000_000,
    description="The most households and other persons whose personal data one account may read in an hour; beyond,"
    " refused until the next hour. 0: no limit.",
)

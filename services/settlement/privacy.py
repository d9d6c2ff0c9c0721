"""What statements hold of a person: nothing but which account acknowledged one."""

from services.db.personal import Privacy

PRIVACY = Privacy(impersonal=("statements.previous_sha256", "statements.sha256"))

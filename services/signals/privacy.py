"""What signals hold of a person: ids and figures, and the words of whoever judged one."""

from services.db.personal import Privacy

PRIVACY = Privacy(
    kept={"signals.judgement": "the reason of an official decision, on which others rely"},
    impersonal=("signals.key", "signals.figures"),
)

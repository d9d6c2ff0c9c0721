"""What agreements hold of a person: which ones the person drafted, signed or ended. The agreement itself stands."""

from services.db.personal import Person, Privacy, Section, by_id
from services.db.sql import Args

_AGREED = "what two sides agreed, and why it ended: it stays with both"


def _agreements(args: Args, person: Person) -> str:
    own = args(list(person.account_ids))
    return (
        "SELECT g.id, s.name AS partner, a.name AS area, g.title, g.state, g.drafted_at, g.signed_on, g.until,"
        " g.ended_at FROM agreements g JOIN shops s ON s.id = g.partner_id JOIN areas a ON a.id = g.area_id"
        f" WHERE (g.drafted_by_id = ANY({own}) OR g.area_signed_by_id = ANY({own})"
        f" OR g.partner_signed_by_id = ANY({own}) OR g.ended_by_id = ANY({own}))"
    )


PRIVACY = Privacy(
    sections=(Section("agreements", _agreements, by_id("g")),),
    kept=dict.fromkeys(("agreements.title", "agreements.text", "agreements.ended_reason"), _AGREED),
)

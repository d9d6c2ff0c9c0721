"""What the till holds of a person: a head's passes, redemptions, disputes and thanks. What was bought stands, and so do
thanks, of which a shop was told sums."""

from datetime import datetime

from services.db import database
from services.db.personal import WITHOUT_TEXT, Person, Privacy, Section, by_id
from services.db.sql import Args


def _passes(args: Args, person: Person) -> str:
    """Return the passes; what their codes are made of is a secret of each."""
    return (
        "SELECT p.id, s.name AS shop, d.title AS discount, p.state, p.issued_at, p.expires_at, p.ended_at"
        " FROM passes p JOIN shops s ON s.id = p.shop_id JOIN discounts d ON d.id = p.discount_id"
        " WHERE p.head_id = owner.id"
    )


def _redemptions(args: Args, person: Person) -> str:
    return (
        "SELECT r.id, s.name AS shop, d.title AS discount, r.bill_fen, r.saved_fen, r.payable_fen, r.cost_points,"
        " r.state, r.confirmed_at, r.revoked_at, r.revoke_reason"
        " FROM redemptions r JOIN shops s ON s.id = r.shop_id JOIN discounts d ON d.id = r.discount_id"
        " WHERE r.head_id = owner.id"
    )


def _disputes(args: Args, person: Person) -> str:
    return (
        "SELECT d.id, d.redemption_id, d.reason, d.state, d.opened_at, d.decided_at, d.decision_reason FROM disputes d"
        " WHERE d.head_id = owner.id"
    )


def _thanks(args: Args, person: Person) -> str:
    return (
        "SELECT t.id, t.redemption_id, s.name AS shop, t.word, t.thanked_at FROM redemption_thanks t"
        " JOIN shops s ON s.id = t.shop_id WHERE t.head_id = owner.id"
    )


async def _erase(person: Person, at: datetime) -> None:
    """Forget why the head disputed; the disputes stand, and open ones are decided."""
    await database.execute(
        "UPDATE disputes SET reason = $3 WHERE (head_id = ANY($1) OR opened_by_id = ANY($2)) AND reason <> $3",
        list(person.head_ids),
        list(person.account_ids),
        WITHOUT_TEXT,
    )


PRIVACY = Privacy(
    sections=(
        Section("passes", _passes, by_id("p"), "head_ids"),
        Section("redemptions", _redemptions, by_id("r"), "head_ids"),
        Section("disputes", _disputes, by_id("d"), "head_ids"),
        Section("thanks", _thanks, by_id("t"), "head_ids"),
    ),
    erased=("disputes.reason",),
    kept={
        "disputes.decision_reason": "the reason of an official decision on a shop's money",
        "redemptions.revoke_reason": "the shop's reason, which the ledger has too",
    },
    impersonal=(
        "passes.secret_encrypted",  # random, and of no use once the pass has ended
        "guess_windows.key",  # keyed hashes, for some hours
        "guess_windows.sources",
    ),
    erase=_erase,
)

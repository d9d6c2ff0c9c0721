"""What discounts hold of a person: nothing but who drafted one; they are the shop's."""

from services.db.personal import Privacy

PRIVACY = Privacy(
    kept={"discounts.state_reason": "the reason of a decision on a shop's discount, which stays with the discount"},
    impersonal=("discounts.title", "discounts.gift"),
)

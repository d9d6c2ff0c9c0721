"""Who may do and see what, by table: each rule against each kind of viewer. (No database.)"""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import Role, StatementSide
from services.audit import search
from services.discounts import discounts
from services.kit import viewer as policy
from services.kit.viewer import ANONYMOUS, Viewer
from services.people import heads, households
from services.points import balances
from services.settlement import acknowledging
from services.shops import shops
from services.signals import alerts
from services.till import disputes
from services.wishes import events, wishes

OWN, OTHER = UUID(int=1), UUID(int=2)
GRID, COMMUNITY, DISTRICT, FOREIGN = "d/s/c/g/", "d/s/c/", "d/", "d/s/x/"

VIEWERS = {
    "anonymous": ANONYMOUS,
    "resident": Viewer(OWN, roles=frozenset({Role.RESIDENT}), household_ids=(OWN,)),
    "other resident": Viewer(OTHER, roles=frozenset({Role.RESIDENT}), household_ids=(OTHER,)),
    "head": Viewer(OTHER, head_id=OWN),
    "other head": Viewer(OTHER, head_id=OTHER),
    "suspended head": Viewer(OTHER, head_id=OWN, head_active=False),
    "worker": Viewer(OTHER, worker_paths=(GRID,)),
    "staff": Viewer(OTHER, staff_paths=(COMMUNITY,)),
    "foreign staff": Viewer(OTHER, staff_paths=(FOREIGN,), worker_paths=(FOREIGN,)),
    "owner": Viewer(OTHER, shop_ids=(OWN,), owned_shop_ids=(OWN,)),
    "cashier": Viewer(OTHER, shop_ids=(OWN,)),
    "admin": Viewer(OTHER, admin_paths=(DISTRICT,)),
    "auditor": Viewer(OTHER, auditor_paths=(DISTRICT,)),
    "foreign auditor": Viewer(OTHER, auditor_paths=(FOREIGN,)),
}
OVERSIGHT = {"worker", "staff", "admin", "auditor"}

RULES = {
    "head's state": (
        lambda v: heads.may_read_head_state(v, OWN, GRID), {"head", "suspended head"} | OVERSIGHT,
    ),
    "audit": (search.may_read_audit, {"auditor"}),
    "the whole district": (policy.governs_district, {"admin"}),
    "points": (lambda v: balances.may_read_points(v, OWN, GRID), {"head", "suspended head", "admin", "auditor"}),
    "shop": (lambda v: discounts.may_run_shop(v, OWN, GRID), {"owner", "admin", "auditor"}),
    "statement, the shop's word": (
        lambda v: acknowledging.statement_side(v, OWN, GRID) == StatementSide.SHOP, {"owner"},
    ),
    "statement, the district's word": (
        lambda v: acknowledging.statement_side(v, OWN, GRID) == StatementSide.DISTRICT, {"admin"},
    ),
    "alerts": (
        lambda v: alerts.may_read_alerts(v, OWN, GRID), {"owner", "staff", "admin", "auditor"},
    ),
    "shop, one's own application": (
        lambda v: shops.may_follow_shop(v, OWN, GRID, (OWN, None)), {"resident", "owner", "admin", "auditor"},
    ),
    "shop, nobody's application": (
        lambda v: shops.may_follow_shop(v, OWN, GRID, (None, None)), {"owner", "admin", "auditor"},
    ),
    "ceiling, applied for": (
        lambda v: shops.may_read_ceiling(v, OWN, GRID, (None, OWN), applied=True),
        {"resident", "owner", "admin", "auditor"},
    ),
    "ceiling, decided": (
        lambda v: shops.may_read_ceiling(v, OWN, GRID, (OWN, OWN), applied=False), {"owner", "admin", "auditor"},
    ),
    "contact log": (
        lambda v: households.may_read_household_contact(v, OWN, GRID), {"resident", "staff", "auditor"},
    ),
    "address": (lambda v: households.may_read_address(v, OWN, OWN, GRID), {"resident", "head"} | OVERSIGHT),
    "address, no head": (lambda v: households.may_read_address(v, OWN, None, GRID), {"resident"} | OVERSIGHT),
    "requester": (
        lambda v: wishes.may_read_requester(v, OWN, UUID(int=9), OWN, GRID),
        {"resident", "head", "suspended head"} | OVERSIGHT,
    ),
    "requester, one's own": (
        lambda v: wishes.may_read_requester(v, UUID(int=9), OWN, None, GRID), {"resident"} | OVERSIGHT,
    ),
    "dispute's words, above the shop": (
        lambda v: disputes.may_read_dispute_reason(v, OWN, "d/s/y/", OTHER, GRID),
        {"head", "suspended head", "admin", "auditor"},
    ),
    "dispute's words, above the head": (
        lambda v: disputes.may_read_dispute_reason(v, UUID(int=9), GRID, OWN, "d/s/y/"), {"admin", "auditor"},
    ),
    "consent": (lambda v: wishes.may_read_consent(v, OWN, UUID(int=9), GRID), {"resident"} | OVERSIGHT),
    "note": (
        lambda v: events.may_read_event_note(v, None, OWN, GRID, declined=False, called_back=False), set(VIEWERS),
    ),
    "note of a decline": (
        lambda v: events.may_read_event_note(v, None, OWN, GRID, declined=True, called_back=False), OVERSIGHT,
    ),
    "one's own note of a decline": (
        lambda v: events.may_read_event_note(v, OWN, OWN, GRID, declined=True, called_back=False),
        {"resident"} | OVERSIGHT,
    ),
    "note of a call-back": (
        lambda v: events.may_read_event_note(v, None, OWN, GRID, declined=False, called_back=True),
        {"resident"} | OVERSIGHT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_allows_whom_it_names_and_nobody_else(name: str) -> None:
    rule, allowed = RULES[name]
    assert {who for who, viewer in VIEWERS.items() if rule(viewer)} == allowed


def test_who_works_in_the_shop_reads_no_disputes_words() -> None:
    both = Viewer(OTHER, shop_ids=(OWN,), admin_paths=(DISTRICT,), auditor_paths=(DISTRICT,))
    assert not disputes.may_read_dispute_reason(both, OTHER, GRID, OWN, GRID)
    assert disputes.may_read_dispute_reason(both, OTHER, GRID, OTHER, GRID), "of another shop"


def test_an_administrator_of_the_shop_has_not_the_districts_word() -> None:
    both = Viewer(OTHER, shop_ids=(OWN,), owned_shop_ids=(OWN,), admin_paths=(DISTRICT,))
    assert acknowledging.statement_side(both, OWN, GRID) == StatementSide.SHOP
    assert acknowledging.statement_side(Viewer(OTHER, shop_ids=(OWN,), admin_paths=(DISTRICT,)), OWN, GRID) is None
    assert acknowledging.statement_side(both, OTHER, GRID) == StatementSide.DISTRICT


def test_a_viewer_is_the_union_of_its_memberships() -> None:
    both = Viewer(
        OWN,
        household_ids=(OWN, OTHER),
        shop_ids=(OTHER, OWN),
        worker_paths=("a/",),
        staff_paths=("b/",),
        admin_paths=("c/",),
        auditor_paths=("e/",),
    )
    assert both.signed_in and not ANONYMOUS.signed_in
    assert (both.household_id, both.shop_id) == (OWN, OTHER)
    assert (ANONYMOUS.household_id, ANONYMOUS.shop_id) == (None, None)
    assert both.oversight_paths == ("a/", "b/", "c/", "e/")
    assert both.control_paths == ("c/", "e/")
    assert both.manage_paths == ("b/", "c/")
    assert both.shop_paths == ("b/", "c/", "e/")
    assert set(both.dispatch_paths) == {"a/", "b/"}


@given(st.lists(st.sampled_from("ab1"), max_size=4), st.lists(st.sampled_from("ab1"), max_size=4))
def test_inside_is_being_the_same_or_below(path: list[str], root: list[str]) -> None:
    made, above = "".join(f"{code}/" for code in path), "".join(f"{code}/" for code in root)
    assert policy.inside(made, (above,)) == (path[: len(root)] == root)
    assert not policy.inside(made, ())

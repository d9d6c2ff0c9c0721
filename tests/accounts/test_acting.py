"""What a session may do, by how it was opened: the union of the account's roles, less what is withheld."""

from typing import Any
from uuid import uuid4

import pytest

from models.enums import Role, SignInMethod
from services.accounts import acting
from services.kit.errors import Refusal

ACCOUNT, SESSION = uuid4(), uuid4()
SHOP, OTHER_SHOP, HOME, HEAD = uuid4(), uuid4(), uuid4(), uuid4()


def row(role: Role | None = None, **more: Any) -> dict[str, Any]:
    """One row of a session, as the database joins it."""
    bare = dict.fromkeys(["bound_shop_id", "bound_path", "household_id", "head_id", "shop_id", "path", "home_path"])
    said = {"session_id": SESSION, "account_id": ACCOUNT, "display_name": "张三", "method": SignInMethod.PHONE}
    return (
        bare
        | said
        | {"proven": False, "enrolled": False, "role": role, "owner": None}
        | ({"head_active": True, "shop_active": None} | more)
    )


def of(method: SignInMethod, *rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [one | {"method": method} | more for one in rows]


RESIDENT = row(Role.RESIDENT, household_id=HOME, home_path="d/a/1/")
HEADING = row(Role.HOUSEHOLD_HEAD, head_id=HEAD, home_path="d/a/2/")
OWNING = row(Role.SHOP_STAFF, shop_id=SHOP, owner=True, shop_active=True)
SELLING = row(Role.SHOP_STAFF, shop_id=OTHER_SHOP, owner=False, shop_active=False)
WORKING = row(Role.GRID_WORKER, path="d/a/1/")
STAFFING = row(Role.COMMUNITY_STAFF, path="d/a/")
RULING = row(Role.DISTRICT_ADMIN, path="d/")
AUDITING = row(Role.AUDITOR, path="d/")


def test_an_account_without_a_role_has_none() -> None:
    found = acting.viewer([row()])
    assert found.signed_in and found.roles == frozenset() and not found.bound and not found.second_factor_due


def test_all_roles_are_united() -> None:
    found = acting.viewer([RESIDENT, HEADING, OWNING, SELLING, WORKING, STAFFING])
    assert len(found.roles) == 5
    assert (found.household_ids, found.head_id, found.head_active) == ((HOME,), HEAD, True)
    assert (found.shop_ids, found.owned_shop_ids, found.active_shop_ids) == ((SHOP, OTHER_SHOP), (SHOP,), (SHOP,))
    assert (found.worker_paths, found.staff_paths) == (("d/a/1/",), ("d/a/",))


def test_a_suspended_head_is_not_active() -> None:
    assert not acting.viewer([HEADING | {"head_active": False}, RESIDENT]).head_active


def test_a_shops_code_opens_its_till_alone() -> None:
    bound = {"bound_shop_id": SHOP}
    found = acting.viewer(of(SignInMethod.SHOP, RESIDENT, HEADING, OWNING, SELLING, **bound))
    assert found.bound and found.roles == {Role.SHOP_STAFF} and found.shop_ids == (SHOP,)
    assert found.owned_shop_ids == (), "nor does it make anybody an owner"
    gone = acting.viewer(of(SignInMethod.SHOP, RESIDENT, SELLING, **bound))
    assert gone.roles == frozenset() and gone.bound, "who no longer works there does nothing there"


def test_a_desks_code_opens_home_in_its_area() -> None:
    found = acting.viewer(of(SignInMethod.DESK, RESIDENT, HEADING, OWNING, bound_path="d/a/"))
    assert found.bound and found.roles == {Role.RESIDENT, Role.HOUSEHOLD_HEAD}
    narrow = acting.viewer(of(SignInMethod.DESK, RESIDENT, HEADING, OWNING, bound_path="d/a/2/"))
    assert narrow.roles == {Role.HOUSEHOLD_HEAD} and narrow.household_ids == ()


@pytest.mark.parametrize("ruling", [RULING, AUDITING])
def test_administrators_show_a_second_factor(ruling: dict[str, Any]) -> None:
    rows = [RESIDENT, STAFFING, ruling]
    found = acting.viewer(rows)
    assert found.second_factor_due and found.roles == {Role.RESIDENT}
    assert not found.admin_paths + found.auditor_paths + found.staff_paths
    shown = acting.viewer([one | {"proven": True} for one in rows])
    assert not shown.second_factor_due and len(shown.roles) == 3
    by_operator = acting.viewer(of(SignInMethod.OPERATOR, *rows))
    assert not by_operator.second_factor_due and len(by_operator.roles) == 3


def test_whoever_has_a_second_factor_shows_it() -> None:
    rows = [RESIDENT, STAFFING, WORKING]
    assert not acting.viewer(rows).second_factor_due, "for staff it is an option"
    found = acting.viewer([one | {"enrolled": True} for one in rows])
    assert found.second_factor_due and found.roles == {Role.RESIDENT}


def test_a_bound_session_changes_nothing_of_the_account() -> None:
    acting.check_unbound(acting.viewer([RESIDENT]))
    with pytest.raises(Refusal, match="FORBIDDEN"):
        acting.check_unbound(acting.viewer(of(SignInMethod.SHOP, OWNING, bound_shop_id=SHOP)))


def test_the_phone_alone_takes_no_account_with_a_second_factor() -> None:
    acting.check_whole(acting.viewer([RESIDENT]))
    acting.check_whole(acting.viewer([one | {"enrolled": True, "proven": True} for one in (RESIDENT, STAFFING)]))
    for rows in ([RULING], [STAFFING | {"enrolled": True}], of(SignInMethod.SHOP, OWNING, bound_shop_id=SHOP)):
        with pytest.raises(Refusal, match="FORBIDDEN"):
            acting.check_whole(acting.viewer(rows))


def test_validity_speaks_of_roles_and_methods() -> None:
    said = acting.valid("$2", "$3")
    assert "interval '1800 seconds'" in said and "interval '43200 seconds'" in said
    assert said.count("$2") == 2

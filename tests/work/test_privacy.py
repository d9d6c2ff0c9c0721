"""A person is exported whole, and forgotten whole: canaries in all that the person wrote or is called, and none left
anywhere in the database, while ledger, statements and others' records stand."""

import asyncio
import json
from itertools import count
from typing import Any

import pytest

from models.enums import CodePurpose, ConsentKind, PointsAccountKind, Role, SignInMethod
from schema.graph import ids
from services.accounts import sessions
from services.consents import consents
from services.db import database
from services.db.personal import NAMELESS
from services.entry import tickets
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.secrets import encrypt, mac, phone_columns, phone_index
from services.roles import accounts as account_actions
from services.roles import phones as phone_changes
from services.shops import invitations
from services.till import holds
from services.work import privacy, reconciliation, tick
from tests.town import notices, second_factor, story, till, wishes
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.entry import phone_code
from tests.town.postgres import rows
from tests.town.till import books
from tests.town.world import Person, Travel, World, person, viewer


class Canaries:
    """Texts and phones that stand nowhere else."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.texts: list[str] = []
        self.phones: list[str] = []

    def text(self) -> str:
        """One more, of letters that a name may have."""
        self.texts.append("金丝雀" + "".join("甲乙丙丁戊己庚辛壬癸"[int(one)] for one in f"{next(self._numbers):03}"))
        return self.texts[-1]

    def phone(self) -> str:
        """One more number."""
        self.phones.append(f"177{next(self._numbers):08}")
        return self.phones[-1]


async def found(canaries: Canaries) -> set[tuple[str, str]]:
    """Where canaries stand: the table, and the canary."""
    sought = {text: text for text in canaries.texts}
    sought |= {phone_index(phone).hex(): phone for phone in canaries.phones} | {one: one for one in canaries.phones}
    return {
        (table, sought[one]) for table, kept in (await rows()).items() for row in kept for one in sought if one in row
    }


async def named(who: Person, canaries: Canaries) -> None:
    """Give somebody a canary for a name, a phone, a device, a note of a session, and all that lets people in."""
    phone = canaries.phone()
    await account_actions.rename(who.account_id, canaries.text())
    await phone_changes.change(who.account_id, phone)
    how = sessions.Opening(SignInMethod.PHONE, device_key=mac("device", b"x"))
    who.token = await sessions.open_session(who.account_id, canaries.text(), how)
    await second_factor.enrol(who.account_id)
    await database.execute(
        "UPDATE sessions SET second_factor_at = $2 WHERE account_id = $1", who.account_id, clock.now()
    )
    await database.execute(
        "INSERT INTO identities (id, account_id, provider, subject_encrypted, subject_index, created_at)"
        " VALUES (gen_random_uuid(), $1, 'WECHAT', $2, $3, $4)",
        who.account_id,
        encrypt("openid", phone.encode()),
        mac("openid", phone.encode()),
        clock.now(),
    )


async def a_resident_lives(api: Api, world: World, canaries: Canaries) -> Person:
    """A resident who is the household's contact, with wishes in all states and all the texts that there can be."""
    a, who = world.a, world.a.residents[0]
    await named(who, canaries)
    await database.execute(
        "UPDATE households SET contact_name = (SELECT display_name FROM accounts WHERE id = $2), address = $3"
        " WHERE id = $1",
        a.households[0].id,
        who.account_id,
        canaries.text(),
    )
    phone = await database.fetch_one("SELECT phone_index, phone_encrypted FROM accounts WHERE id = $1", who.account_id)
    assert phone is not None
    await database.execute(
        "UPDATE households SET phone_index = $2, phone_encrypted = $3 WHERE id = $1",
        a.households[0].id,
        phone["phone_index"],
        phone["phone_encrypted"],
    )

    async def wish() -> str:
        given = wishes.wish_for(world, title=canaries.text(), details=canaries.text())
        return str((await story.done(api, who, "WishSubmit", **given))["wish"]["id"])

    head = ids.make("HouseholdHead", a.heads[0].id)
    first = await wish()
    await story.done(api, a.staff, "WishDispatch", wishId=first, headId=head)
    await story.done(api, a.head_people[0], "WishAccept", wishId=first)
    await story.done(api, a.head_people[0], "WishComplete", wishId=first, note="修好了")
    await story.done(api, who, "WishRedo", wishId=first, reason=canaries.text())
    await story.done(api, a.head_people[0], "WishComplete", wishId=first, note="又修好了")
    await story.done(api, who, "WishRate", wishId=first, stars=5, comment=canaries.text())
    cancelled = await wish()
    await story.done(api, who, "WishCancel", wishId=cancelled, reason=canaries.text())
    await wish()  # waits in the queue
    taken = await wish()
    await story.done(api, a.staff, "WishDispatch", wishId=taken, headId=head)
    await story.done(api, a.head_people[0], "WishAccept", wishId=taken)
    await story.done(api, a.head_people[0], "WishRevealContact", wishId=taken, kind="PHONE")
    return who


async def a_head_works(api: Api, world: World, canaries: Canaries) -> Person:
    """A head with points, passes, redemptions, a dispute, and texts of each kind."""
    a, who = world.a, world.a.head_people[0]
    await named(who, canaries)
    declined = await wishes.dispatched(api, a, 1)
    await story.done(api, who, "WishDecline", wishId=declined, reason=canaries.text())
    returned = await wishes.accepted(api, a, 1)
    await story.done(api, who, "WishHandBack", wishId=returned, reason=canaries.text())
    done = await wishes.accepted(api, a, 1)
    await story.done(api, who, "WishComplete", wishId=done, note=canaries.text())
    await story.done(api, a.residents[1], "WishRate", wishId=done, stars=5)
    back = {"wishId": await wishes.rated(api, a, household=1), "requestNo": "back"}
    await story.done(api, world.admin, "PointsReverse", reason=canaries.text(), **back)
    given = wishes.wish_for(world, 1, consentNote=canaries.text())
    await story.done(api, who, "WishSubmit", **given)
    await till.redeemed(api, a)
    await till.disputed(api, a, reason=canaries.text())
    await wishes.accepted(api, a, 1)  # in hand
    return who


@database.transactional
async def ticket_of(phone: str) -> str:
    return await tickets.for_phone(phone)


async def told(work: Any) -> str:
    try:
        await work
    except Refusal as refusal:
        return f"{refusal.code} {refusal.field}"
    return "OK"


async def standing() -> dict[str, Any]:
    """What an erasure leaves to the digit."""
    tables = ("points_transfers", "rewards", "redemptions", "statements", "statement_rows", "contact_reveals")
    kept = {table: (await rows())[table] for table in tables}
    balances = await database.fetch("SELECT head_id, kind, balance FROM points_accounts ORDER BY head_id, kind")
    return kept | {"balances": balances}


# -- forgotten ---------------------------------------------------------------------------------------------------------


async def test_nothing_of_a_resident_is_left(travel: Travel, rich: World, api: Api) -> None:
    canaries = Canaries()
    who = await a_resident_lives(api, rich, canaries)
    home = rich.a.households[0].id
    await invitations.add(await viewer(rich.a.cashier), rich.a.shop.id, canaries.phones[0], canaries.text())
    await ticket_of(canaries.phones[0])
    assert {canary for _, canary in await found(canaries)} == {*canaries.texts, *canaries.phones}
    before = await standing()
    assert await privacy.erase(who.account_id) is True
    assert await found(canaries) == set()
    assert await standing() == before
    assert await reconciliation.drifts() == []
    states = await database.fetch(
        "SELECT state, count(*) AS n FROM wishes WHERE household_id = $1 GROUP BY 1 ORDER BY 1", home
    )
    assert [(row["state"], row["n"]) for row in states] == [("CANCELLED", 3), ("RATED", 1)]
    row = await database.fetch_one("SELECT * FROM households WHERE id = $1", home)
    assert row and (row["contact_name"], row["address"], row["phone_index"]) == (NAMELESS, NAMELESS, None)
    assert row["head_id"] == rich.a.heads[0].id, "it stays where it is"
    assert await sessions.authenticate(who.token) is None
    for table in ("identities", "second_factors", "sign_in_codes", "phone_changes", "sign_in_tickets"):
        assert await database.fetch_value(f"SELECT count(*) FROM {table}") == 0, table


async def test_others_in_the_household_keep_their_address(rich: World, api: Api) -> None:
    canaries = Canaries()
    who = await a_resident_lives(api, rich, canaries)
    other = await person("同住的人", Role.RESIDENT, household=rich.a.households[0])
    address = await database.fetch_value("SELECT address FROM households WHERE id = $1", rich.a.households[0].id)
    await privacy.erase(who.account_id)
    assert await found(canaries) == {("households", address)}
    assert await sessions.authenticate(other.token) is not None


async def test_a_contact_of_another_name_loses_only_the_phone(world: World) -> None:
    phone, home = "17700000001", world.a.households[0].id
    await phone_changes.change(world.a.residents[0].account_id, phone)
    columns = phone_columns(phone)
    await database.execute(
        "UPDATE households SET contact_name = '别人', phone_index = $2, phone_encrypted = $3 WHERE id = $1",
        home,
        columns["phone_index"],
        columns["phone_encrypted"],
    )
    await privacy.erase(world.a.residents[0].account_id)
    row = await database.fetch_one("SELECT contact_name, address, phone_index FROM households WHERE id = $1", home)
    assert row and row["contact_name"] == "别人" and row["phone_index"] is None and row["address"] != NAMELESS


async def test_nothing_of_a_head_is_left_but_the_points(travel: Travel, rich: World, api: Api) -> None:
    canaries = Canaries()
    who = await a_head_works(api, rich, canaries)
    head = rich.a.heads[0].id
    assert {canary for _, canary in await found(canaries)} == {*canaries.texts, *canaries.phones}
    before = await standing()
    assert await privacy.erase(who.account_id) is True
    assert await found(canaries) == set()
    assert await standing() == before
    assert await reconciliation.drifts() == []
    row = await database.fetch_one("SELECT name, left_at, state_reason FROM household_heads WHERE id = $1", head)
    assert row and row["name"] == NAMELESS and row["left_at"] and row["state_reason"] == ""
    assert await database.fetch_value("SELECT count(*) FROM scores WHERE head_id = $1 AND competes", head) == 0
    assert await database.fetch_value("SELECT count(*) FROM scores WHERE head_id = $1", head) > 0, "the points stay"
    assert await database.fetch_value("SELECT count(*) FROM households WHERE head_id = $1", head) == 0
    waiting = "SELECT count(*) FROM wishes WHERE head_id = $1 AND state IN ('DISPATCHED', 'ACCEPTED')"
    assert await database.fetch_value(waiting, head) == 0, "recalled"
    assert await database.fetch_value("SELECT count(*) FROM disputes WHERE state = 'OPEN'") == 1, "still decided"


async def test_a_reason_in_the_ledger_goes_with_its_head(rich: World, api: Api) -> None:
    """And not with who wrote it."""
    a = rich.a
    writer = await person("社区管理员", Role.DISTRICT_ADMIN, area=a.community)
    wish = await wishes.rated(api, a)
    payload = await story.done(api, writer, "PointsReverse", wishId=wish, reason="冒名办结", requestNo="x")
    assert payload["reward"]["reversalReason"] == "冒名办结"
    await privacy.erase(writer.account_id)

    async def told() -> Any:
        return (await api.run(rich.auditor.token, "ExplainReward", wishId=wish))["explainReward"]

    assert (await told())["reversalReason"] == "冒名办结"
    await privacy.erase(a.head_people[0].account_id)
    reward = await told()
    assert reward["reversalReason"] is None and reward["reversedAvailable"] == 25
    assert reward["lines"][-2] == "冲正：扣减可用积分 25 分"


async def test_what_others_wrote_and_are_called_stays(rich: World, api: Api) -> None:
    canaries, others = Canaries(), Canaries()
    others.texts = []
    who = await a_resident_lives(api, rich, canaries)
    for other in (rich.a.residents[1], rich.a.head_people[1], rich.b.residents[0]):
        await account_actions.rename(other.account_id, f"他人{others.text()}")
    given = wishes.wish_for(rich, 1, title=others.text(), details=others.text())
    await story.done(api, rich.a.residents[1], "WishSubmit", **given)
    before = {one for one in await found(others) if one[1] not in canaries.texts}
    await privacy.erase(who.account_id)
    assert {one for one in await found(others) if one[1] not in canaries.texts} == before != set()


async def test_forgetting_twice_changes_nothing(rich: World, api: Api) -> None:
    who = await a_resident_lives(api, rich, Canaries())
    assert await privacy.erase(who.account_id) is True
    before = await rows()
    assert await privacy.erase(who.account_id) is False
    assert await rows() == before


async def test_two_who_forget_at_once(rich: World, api: Api) -> None:
    who = await a_head_works(api, rich, Canaries())
    done = await asyncio.gather(privacy.erase(who.account_id), privacy.erase(who.account_id))
    assert sorted(done) == [False, True]
    said = "SELECT count(*) FROM audit_entries WHERE action = 'account.erase'"
    assert await database.fetch_value(said) == 1 and await reconciliation.drifts() == []


@pytest.mark.parametrize("failing", range(len(privacy.PARTS)))
async def test_killed_in_the_middle_nothing_has_begun(
    rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    who = await a_resident_lives(api, rich, Canaries())
    before = await rows()

    async def dies(*_: Any) -> None:
        raise asyncio.CancelledError

    parts = [*privacy.PARTS]
    parts[failing] = privacy.Privacy(erase=dies)
    with monkeypatch.context() as patched:
        patched.setattr(privacy, "PARTS", tuple(parts))
        with pytest.raises(asyncio.CancelledError):
            await privacy.erase(who.account_id)
    assert await rows() == before
    assert await privacy.erase(who.account_id) is True


async def test_a_prepared_redemption_finishes_or_runs_out(travel: Travel, rich: World, api: Api) -> None:
    who, a = rich.a.head_people[0], rich.a
    tokens = await till.promised(api, a)
    await privacy.erase(who.account_id)
    assert story.code(await till.confirm(api, a.cashier, tokens)) is None
    assert await reconciliation.drifts() == []
    held = "SELECT sum(balance) FROM points_accounts WHERE kind = $1"
    assert await database.fetch_value(held, PointsAccountKind.HELD.value) == 0


async def test_a_hold_of_a_forgotten_head_is_given_back(travel: Travel, rich: World, api: Api) -> None:
    await till.promised(api, rich.a)
    await privacy.erase(rich.a.head_people[0].account_id)
    await till.given_up(rich.a)
    assert await holds.release_expired() == 1
    assert await books(rich.a) == till.UNTOUCHED and await reconciliation.drifts() == []
    await tick.run()


async def test_a_till_confirms_while_the_head_is_forgotten(rich: World, api: Api) -> None:
    token = await till.promised(api, rich.a)
    await asyncio.gather(till.confirm(api, rich.a.cashier, token), privacy.erase(rich.a.head_people[0].account_id))
    assert await reconciliation.drifts() == []
    assert await database.fetch_value("SELECT name FROM household_heads WHERE id = $1", rich.a.heads[0].id) == NAMELESS


# -- who ---------------------------------------------------------------------------------------------------------------


async def test_the_last_who_can_do_it_stays(world: World) -> None:
    assert await told(privacy.erase(world.admin.account_id)) == "INVALID_STATE account"
    assert world.a.cashier
    assert await told(privacy.erase(world.a.cashier.account_id)) == "INVALID_STATE account"
    assert await database.fetch_value("SELECT count(*) FROM accounts WHERE erased_at IS NOT NULL") == 0


async def test_a_merged_account_goes_with_the_one_kept(world: World) -> None:
    one, other = await person("同一人"), await person("同一人")
    await account_actions.merge(one.account_id, other.account_id)
    assert await told(privacy.erase(one.account_id)) == "INVALID_STATE account"
    assert await privacy.erase(other.account_id) is True
    names = await database.fetch(
        "SELECT display_name FROM accounts WHERE id = ANY($1)", [one.account_id, other.account_id]
    )
    assert [row["display_name"] for row in names] == [NAMELESS, NAMELESS]


async def test_a_forgotten_account_is_not_brought_back(world: World) -> None:
    gone = world.a.residents[0].account_id
    await privacy.erase(gone)
    assert await told(account_actions.enable(gone)) == "INVALID_STATE account"
    assert await told(account_actions.rename(gone, "又来了")) == "INVALID_STATE account"
    assert await told(phone_changes.change(gone, "17700000009")) == "INVALID_STATE newPhone"


# -- exported ----------------------------------------------------------------------------------------------------------


async def test_an_export_holds_all_of_oneself_and_no_other(travel: Travel, rich: World, api: Api) -> None:
    mine, others = Canaries(), Canaries()
    who = await a_head_works(api, rich, mine)
    others._numbers = count(500)
    await a_resident_lives(api, rich, others)
    document = await privacy.export(await viewer(who))
    assert [one for one in (*mine.texts, *mine.phones) if one not in document] == []
    assert [one for one in (*others.texts, *others.phones) if one in document] == []
    sections = {one["name"]: one for one in json.loads(document)["sections"]}
    assert len(sections) > 20 and not any(one["truncated"] for one in sections.values())
    for name in ("pointsEntries", "passes", "redemptions", "disputes", "sessions", "secondFactors", "identities"):
        assert sections[name]["rows"], name
    for secret in ("token", "secret", "Index", "mac"):
        assert f'{secret}"' not in document
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'privacy.export'") == 1


async def test_a_resident_s_export_has_wishes_and_reveals(rich: World, api: Api) -> None:
    canaries = Canaries()
    who = await a_resident_lives(api, rich, canaries)
    document = await privacy.export(await viewer(who))
    assert [one for one in (*canaries.texts, *canaries.phones) if one not in document] == []
    sections = {one["name"]: one["rows"] for one in json.loads(document)["sections"]}
    assert len(sections["wishesRequested"]) == 4 and len(sections["ratingsGiven"]) == 1
    assert sections["contactReveals"][0]["shownTo"].endswith("**")


async def test_an_export_is_bounded_and_waits(travel: Travel, rich: World, api: Api) -> None:
    who = await a_resident_lives(api, rich, Canaries())
    sections = {one["name"]: one for one in json.loads(await privacy.export(await viewer(who), 1))["sections"]}
    assert sections["wishesRequested"]["truncated"] and len(sections["wishesRequested"]["rows"]) == 1
    assert (await told(privacy.export(await viewer(who)))).startswith("TOO_MANY_ATTEMPTS")
    travel.by(minutes=10)
    assert await told(privacy.export(await viewer(who), 0)) == "INVALID_INPUT maxRows"
    await privacy.export(await viewer(who))


async def test_an_export_goes_on_where_it_stopped(travel: Travel, rich: World, api: Api) -> None:
    person = await a_resident_lives(api, rich, Canaries())
    who = await viewer(person)
    assert await told(privacy.export_more(who, "wishesRequested")) == "INVALID_STATE None"
    first = section_of(await privacy.export(who, 1), "wishesRequested")
    seen, after = first["rows"], first["next"]
    while after is not None:
        more = section_of(await privacy.export_more(who, "wishesRequested", after, 1), "wishesRequested")
        seen += more["rows"]
        after = more["next"]
    assert len({row["id"] for row in seen}) == len(seen) == 4
    (rest,) = sections_of(await privacy.export_more(who, "wishesRequested", first["next"]))
    assert rest["rows"] == seen[1:] and rest["truncated"] is False
    assert await told(privacy.export_more(who, "tokens")) == "INVALID_INPUT section"
    assert await told(privacy.export_more(who, "wishesRequested", None, 501)) == "INVALID_INPUT maxRows"
    for wrong in ("", "1", "x" * 2000, first["next"][:-1]):
        assert await told(privacy.export_more(who, "wishesRequested", wrong)) == "INVALID_INPUT after"
    assert await told(privacy.export_more(who, "accounts", first["next"])) == "INVALID_INPUT after", "of another"
    assert await told(privacy.export_more(await viewer(rich.a.residents[1]), "accounts")) == "INVALID_STATE None"
    travel.by(hours=24)
    who = await viewer(person)
    assert await told(privacy.export_more(who, "wishesRequested")) == "INVALID_STATE None"


@pytest.mark.parametrize("lives", [a_resident_lives, a_head_works])
async def test_every_section_goes_on_to_its_end(travel: Travel, rich: World, api: Api, lives: Any) -> None:
    """Row by row, the same as at once, each once; also of somebody with two accounts."""
    one = await lives(api, rich, Canaries())
    name = await database.fetch_value("SELECT display_name FROM accounts WHERE id = $1", one.account_id)
    other = await person(name)
    for each in (other, one):  # the account that is kept first
        await consents.give(await viewer(each), ConsentKind.CARE_DETAILS, 1)
    await wishes.completed(api, rich.a)
    await notices.relayed()
    await account_actions.merge(one.account_id, other.account_id, take_phone=True)
    other.token = await sessions.open_session(other.account_id)
    who = await viewer(other)
    names = [one["name"] for one in sections_of(await privacy.export(who))]
    whole = {name: section_of(await privacy.export_more(who, name), name)["rows"] for name in names}
    assert sum(len(rows) > 1 for rows in whole.values()) > 7, "there is something to go on with"
    for name, wanted in whole.items():
        seen, after = [], None
        while True:
            more = section_of(await privacy.export_more(who, name, after, 1), name)
            seen, after = seen + more["rows"], more["next"]
            if after is None:
                break
        assert seen == wanted, name


async def test_what_comes_and_goes_meanwhile_hides_nothing(rich: World, api: Api) -> None:
    who = rich.a.residents[0]
    await notices.left(who, 6)
    me = await viewer(who)
    first = section_of(await privacy.export(me, 2), "notifications")
    await notices.left(who, 3)
    gone = [row["id"] for row in first["rows"]]
    await database.execute("DELETE FROM notifications WHERE id = ANY($1)", gone)
    rest = section_of(await privacy.export_more(me, "notifications", first["next"]), "notifications")
    there = await database.fetch("SELECT id FROM notifications WHERE account_id = $1 ORDER BY id", who.account_id)
    assert [row["id"] for row in rest["rows"]] == [str(row["id"]) for row in there[3::-1]], "the four of before"


async def test_the_api_exports_and_goes_on(rich: World, api: Api) -> None:
    who = rich.a.residents[0]
    for _ in range(2):
        await story.done(api, who, "WishSubmit", **wishes.wish_for(rich))
    whole = (await story.done(api, who, "PrivacyExport", maxRows=1))["export"]
    first = section_of(whole, "wishesRequested")
    more = await story.done(api, who, "PrivacyExport", section="wishesRequested", after=first["next"])
    (rest,) = sections_of(more["export"])
    assert len(rest["rows"]) == 1 and rest["rows"] != first["rows"]
    for wrong in ({"after": first["next"]}, {"after": "x", "section": "wishesRequested"}):
        refused = await story.act(api, who, "PrivacyExport", **wrong)
        assert story.code(refused) == "INVALID_INPUT" and refused["errors"][0]["field"] == ["input", "after"]


def sections_of(document: str) -> list[dict[str, Any]]:
    return list(json.loads(document)["sections"])


def section_of(document: str, name: str) -> dict[str, Any]:
    (found,) = (one for one in sections_of(document) if one["name"] == name)
    return found


async def test_a_bound_session_neither_exports_nor_erases(world: World) -> None:
    how = sessions.Opening(SignInMethod.DESK, area_id=world.a.community.id)
    bound = await sessions.authenticate(await sessions.open_session(world.a.residents[0].account_id, how=how))
    assert bound is not None
    assert (await told(privacy.export(bound))).startswith("FORBIDDEN")
    assert (await told(privacy.erase_own(bound, "x", "y", None))).startswith("FORBIDDEN")


# -- oneself -----------------------------------------------------------------------------------------------------------


async def with_a_phone(who: Person) -> str:
    """A number for somebody who then signs in anew."""
    await phone_changes.change(who.account_id, "17700000005")
    who.token = await sessions.open_session(who.account_id)
    return "17700000005"


async def test_oneself_by_a_code_to_one_s_phone(world: World) -> None:
    who = world.a.residents[0]
    phone = await with_a_phone(who)
    me = await viewer(who)
    given = await phone_code(phone, CodePurpose.ERASE_ACCOUNT, who.account_id)
    assert (await told(privacy.erase_own(me, given[0], "000000", None))) == "CODE_INVALID code"
    assert await database.fetch_value("SELECT erased_at FROM accounts WHERE id = $1", who.account_id) is None
    assert await privacy.erase_own(me, *given, None) is True
    assert await sessions.authenticate(who.token) is None
    assert await told(privacy.erase_own(me, *given, None)) == "CODE_INVALID code", "it serves once"


async def test_another_s_code_or_another_purpose_erases_nobody(world: World) -> None:
    who = world.a.residents[0]
    phone = await with_a_phone(who)
    other = await viewer(world.a.residents[1])
    given = await phone_code(phone, CodePurpose.ERASE_ACCOUNT, who.account_id)
    assert await told(privacy.erase_own(other, *given, None)) == "CODE_INVALID code"
    signing_in = await phone_code(phone)
    assert await told(privacy.erase_own(await viewer(who), *signing_in, None)) == "CODE_INVALID code"
    assert await database.fetch_value("SELECT count(*) FROM accounts WHERE erased_at IS NOT NULL") == 0


async def test_the_phone_of_a_forgotten_person_is_free(world: World) -> None:
    who = world.a.residents[0]
    phone = await with_a_phone(who)
    given = await phone_code(phone, CodePurpose.ERASE_ACCOUNT, who.account_id)
    await privacy.erase_own(await viewer(who), *given, None)
    await phone_changes.change(world.a.residents[1].account_id, phone)


async def test_an_operator_forgets_and_may_again(world: World, database_url: str) -> None:
    who = world.a.residents[0]
    given = ("account", "erase", "--account", str(who.account_id), "--yes", "--json", "--name")
    assert "姓名" in refused(command(database_url, *given, "李四"))
    said = run(database_url, *given, who.name)
    assert said["changed"] is True and said["accounts"][0]["display_name"] == NAMELESS
    again = run(database_url, *given, NAMELESS)
    assert again["changed"] is False


def run(url: str, *given: str) -> Any:
    """What the command says."""
    done = command(url, *given)
    assert done.returncode == 0, done
    return json.loads(done.stdout)

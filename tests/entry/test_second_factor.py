"""The second factor: what is withheld until it is shown, each code once, five wrong ones, replaced and ended."""

import asyncio
import base64
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import pytest

from models.audit import AuditEntry
from models.entry import RecoveryCode, SecondFactor
from models.enums import Role, SignInMethod
from schema.graph import ids
from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.entry import factor_codes, second_factor, totp
from services.kit import clock, secrets
from services.kit.errors import ErrorCode, Refusal
from services.kit.viewer import Viewer
from tests.town import second_factor as factors
from tests.town import story
from tests.town.commands import command, refused
from tests.town.documents import Api
from tests.town.world import Person, Travel, World, grant, person, viewer

PHONE = Opening(SignInMethod.PHONE)
ADMINS_ONLY = "{ discountsToApprove(first: 20) { edges { cursor } } viewer { roles secondFactor { due } } }"
CHANGES: dict[str, Callable[[Viewer, str], Awaitable[Any]]] = {
    "begin": second_factor.begin,
    "confirm": second_factor.confirm,
    "show": second_factor.show,
    "end": second_factor.end,
    "renew": second_factor.renew_recovery_codes,
}


async def by_phone(who: Person) -> Viewer:
    """The viewer of one more session of theirs, opened by phone."""
    return await viewer(await factors.signed_in(who, PHONE))


async def again(asked: Viewer) -> Viewer:
    """The viewer of the same session, as the next request finds it."""
    row = await database.fetch_one("SELECT token_hash FROM sessions WHERE id = $1", asked.session_id)
    assert row
    return await _found(row["token_hash"])


async def _found(hashed: bytes) -> Viewer:
    rows = await database.fetch(sessions._AUTHENTICATE, hashed, clock.now(), sessions._idle())
    return sessions.acting.viewer(rows)


async def enrolled(who: Viewer) -> tuple[bytes, list[str]]:
    """Set a second factor up; its secret and recovery codes."""
    begun = await second_factor.begin(who)
    assert isinstance(begun, second_factor.Enrolment)
    secret = base64.b32decode(begun.secret)
    codes = await second_factor.confirm(who, factors.code(secret))
    assert isinstance(codes, list)
    return secret, codes


async def refusal(work: Awaitable[Any]) -> ErrorCode:
    with pytest.raises(Refusal) as refused:
        await work
    return refused.value.code


def wrong(secret: bytes = factors.SECRET) -> str:
    """A code of no step around now."""
    near = {factors.code(secret, steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(20)) if code not in near)


async def audited(action: str) -> list[dict[str, Any]]:
    entries = await AuditEntry.filter(action=action).order_by("id")
    return [one.details if isinstance(one.details, dict) else json.loads(one.details) for one in entries]


async def test_an_administrator_sees_nothing_until_it_is_shown(travel: Travel, world: World, api: Api) -> None:
    first, second = [await factors.signed_in(world.admin, PHONE) for _ in range(2)]

    async def seen(who: Person) -> tuple[bool, list[str], bool]:
        data = await api.query(who.token, ADMINS_ONLY)
        shown = data["viewer"]
        return data["discountsToApprove"] is not None, shown["roles"], shown["secondFactor"]["due"]

    everything, nothing = (True, ["DISTRICT_ADMIN"], False), (False, [], True)
    assert await seen(world.admin) == everything, "an operator opened it"
    assert await seen(first) == await seen(second) == nothing
    (error,) = (await story.act(api, first, "RewardRuleWithdraw", rewardRuleId="x"))["errors"]
    assert error["code"] == "FORBIDDEN" and "两步验证" in error["message"]

    secret = factors.secret_of((await story.done(api, first, "SecondFactorBegin"))["enrolment"])
    assert await seen(first) == nothing, "begun is not set up"
    assert story.code(await story.act(api, second, "SecondFactorShow", code=factors.code(secret))) == "INVALID_STATE"
    await story.done(api, first, "SecondFactorConfirm", code=factors.code(secret))
    assert (await seen(first), await seen(second)) == (everything, nothing)
    assert story.code(await story.act(api, second, "SecondFactorShow", code=wrong(secret))) == "CODE_INVALID"
    assert await seen(second) == nothing
    travel.by(seconds=30)
    await story.done(api, second, "SecondFactorShow", code=factors.code(secret))
    assert await seen(second) == everything
    assert await seen(await factors.signed_in(world.admin, PHONE)) == nothing, "each session shows it"


async def test_for_staff_it_is_an_option(travel: Travel, world: World) -> None:
    assert world.a.staff
    first, second = await by_phone(world.a.staff), await by_phone(world.a.staff)
    assert first.roles == second.roles == {Role.COMMUNITY_STAFF}
    secret, _ = await enrolled(first)
    assert (await again(first)).roles == {Role.COMMUNITY_STAFF}
    assert (await again(second)).roles == frozenset() and (await again(second)).second_factor_due
    travel.by(seconds=30)
    shown = await second_factor.show(second, factors.code(secret))
    assert isinstance(shown, second_factor.SecondFactor) and not shown.due and not shown.required
    assert (await again(second)).roles == {Role.COMMUNITY_STAFF}


async def test_what_is_due_is_what_is_withheld(travel: Travel, world: World) -> None:
    """The two ways to say it agree, whoever asks."""
    assert world.a.staff
    await factors.enrol(world.a.staff.account_id)
    for who in (world.admin, world.auditor, world.a.staff, world.a.residents[0]):
        for how in (PHONE, Opening(), Opening(SignInMethod.CODE)):
            asked = await viewer(await factors.signed_in(who, how))
            assert asked.session_id
            told = (await second_factor.of_sessions(asked, [asked.session_id]))[asked.session_id]
            assert told.due == asked.second_factor_due == (how != Opening() and who is not world.a.residents[0])
            assert told.required == (who in (world.admin, world.auditor))
            assert told.confirmed == (who is world.a.staff)
            others = await viewer(world.b.residents[0])
            assert await second_factor.of_sessions(others, [asked.session_id]) == {}


async def test_each_step_serves_once_and_none_before_it(travel: Travel, world: World) -> None:
    await factors.enrol(world.admin.account_id)
    first, second = await by_phone(world.admin), await by_phone(world.admin)
    code, before = factors.code(), factors.code(steps=-1)
    assert isinstance(await second_factor.show(first, code), second_factor.SecondFactor)
    for used in (code, before):
        assert await refusal(second_factor.show(second, used)) == ErrorCode.CODE_INVALID
    assert not (await again(second)).roles
    assert isinstance(await second_factor.show(second, factors.code(steps=1)), second_factor.SecondFactor)


@pytest.mark.parametrize("kind", ["app", "recovery"])
async def test_two_requests_race_one_code_and_one_wins(travel: Travel, world: World, kind: str) -> None:
    secret, codes = await enrolled(await by_phone(world.admin))
    travel.by(seconds=30)
    racers = [await by_phone(world.admin) for _ in range(4)]
    code = factors.code(secret) if kind == "app" else codes[0]
    ended = await asyncio.gather(*(second_factor.show(one, code) for one in racers), return_exceptions=True)
    refused = [one.code for one in ended if isinstance(one, Refusal)]
    assert refused == [ErrorCode.CODE_INVALID] * 3, ended
    assert [bool((await again(one)).roles) for one in racers].count(True) == 1
    assert len(await audited("second_factor.fail")) == 3


async def test_five_wrong_codes_close_it_for_15_minutes(travel: Travel, world: World) -> None:
    await factors.enrol(world.admin.account_id)
    asked, began = await by_phone(world.admin), clock.now()
    assert isinstance(await second_factor.show(asked, factors.code()), second_factor.SecondFactor)
    travel.by(minutes=10)  # the window begins with the first wrong one
    for miss in range(1, 6):
        travel.by(minutes=2)
        began = clock.now() if miss == 1 else began
        assert await refusal(second_factor.show(asked, wrong())) == ErrorCode.CODE_INVALID
    assert await audited("second_factor.fail") == [{"misses": miss} for miss in range(1, 6)]
    for name, change in CHANGES.items():
        if name == "end":
            continue  # is refused to an administrator in any case
        with pytest.raises(Refusal) as refused:
            await change(await by_phone(world.admin), factors.code())
        assert refused.value.code == ErrorCode.TOO_MANY_ATTEMPTS, name
        assert refused.value.retry_at == began + factor_codes.MISSES_WITHIN and "12:27" in refused.value.message
    assert len(await audited("second_factor.fail")) == 5, "what is not looked at tells nothing"
    await factors.enrol(world.auditor.account_id)
    assert isinstance(
        await second_factor.show(await by_phone(world.auditor), factors.code()), second_factor.SecondFactor
    )
    travel.to(began + factor_codes.MISSES_WITHIN)
    assert isinstance(await second_factor.show(asked, factors.code()), second_factor.SecondFactor)


async def test_many_at_once_have_five_tries(travel: Travel, world: World) -> None:
    await factors.enrol(world.admin.account_id)
    guessers = [await by_phone(world.admin) for _ in range(4)]
    ended = await asyncio.gather(
        *(second_factor.show(guessers[n % 4], wrong()) for n in range(16)), return_exceptions=True
    )
    codes = Counter(one.code for one in ended if isinstance(one, Refusal))
    assert codes == {ErrorCode.CODE_INVALID: 5, ErrorCode.TOO_MANY_ATTEMPTS: 11}, ended


async def test_right_codes_and_malformed_ones_cost_nothing(travel: Travel, world: World) -> None:
    await factors.enrol(world.admin.account_id)
    asked = await by_phone(world.admin)
    for _ in range(12):
        travel.by(seconds=30)
        assert isinstance(await second_factor.show(asked, factors.code()), second_factor.SecondFactor)
        assert await refusal(second_factor.show(asked, "12345")) == ErrorCode.CODE_INVALID
    for _ in range(5):
        assert await refusal(second_factor.show(asked, wrong())) == ErrorCode.CODE_INVALID
    assert await refusal(second_factor.show(asked, wrong())) == ErrorCode.TOO_MANY_ATTEMPTS


async def test_a_recovery_code_stands_in_once(travel: Travel, world: World) -> None:
    asked = await by_phone(world.admin)
    _, codes = await enrolled(asked)
    factor = await SecondFactor.get(account_id=world.admin.account_id)
    kept = {bytes(one.code_mac) for one in await RecoveryCode.filter(second_factor_id=factor.id)}
    assert kept == {secrets.mac("recovery-code", factor.id.bytes + code.encode()) for code in codes} and len(kept) == 10
    for left, code in zip((9, 8), (codes[3], f"{codes[5][:5].lower()}-{codes[5][5:]}"), strict=True):
        shown = await second_factor.show(await by_phone(world.admin), code)
        assert isinstance(shown, second_factor.SecondFactor) and shown.recovery_codes_left == left
        assert await refusal(second_factor.show(asked, code)) == ErrorCode.CODE_INVALID
    assert await audited("second_factor.recover") == [{"left": 9}, {"left": 8}]
    fresh = await second_factor.renew_recovery_codes(asked, codes[0])
    assert isinstance(fresh, list) and len(fresh) == 10 and not set(fresh) & set(codes)
    assert await refusal(second_factor.show(asked, codes[1])) == ErrorCode.CODE_INVALID
    assert isinstance(await second_factor.show(asked, fresh[0]), second_factor.SecondFactor)


async def test_another_accounts_codes_are_wrong(travel: Travel, world: World) -> None:
    _, codes = await enrolled(await by_phone(world.admin))
    secret, _ = await enrolled(await by_phone(world.auditor))
    asked = await by_phone(world.admin)
    for foreign in (factors.code(secret, 1), factors.code(secret)):
        assert await refusal(second_factor.show(asked, foreign)) == ErrorCode.CODE_INVALID
    assert await refusal(second_factor.show(await by_phone(world.auditor), codes[0])) == ErrorCode.CODE_INVALID


@pytest.mark.parametrize("name", CHANGES)
async def test_a_bound_session_changes_nothing(travel: Travel, world: World, name: str) -> None:
    assert world.a.shop and world.a.cashier
    desk = Opening(SignInMethod.DESK, area_id=world.a.grid.id)
    shop = Opening(SignInMethod.SHOP, shop_id=world.a.shop.id)
    await factors.enrol_everybody(confirmed=name != "confirm")
    for who, how in ((world.a.residents[0], desk), (world.a.cashier, shop)):
        asked = await viewer(await factors.signed_in(who, how))
        assert asked.bound and asked.session_id
        with pytest.raises(Refusal) as refused:
            await CHANGES[name](asked, factors.code())
        assert refused.value.code == ErrorCode.FORBIDDEN and "手机" in refused.value.message
        assert not (await second_factor.of_sessions(asked, [asked.session_id]))[asked.session_id].due
        assert await refusal(CHANGES[name](asked, "x")) == ErrorCode.FORBIDDEN
    assert await database.fetch("SELECT 1 FROM sign_in_misses") == []


async def test_what_was_not_confirmed_is_made_anew(travel: Travel, world: World) -> None:
    asked = await by_phone(world.admin)
    assert await refusal(second_factor.confirm(asked, "123456")) == ErrorCode.INVALID_STATE
    first = await second_factor.begin(asked)
    second = await second_factor.begin(asked)
    assert isinstance(first, second_factor.Enrolment) and isinstance(second, second_factor.Enrolment)
    old, new = base64.b32decode(first.secret), base64.b32decode(second.secret)
    assert await refusal(second_factor.confirm(asked, factors.code(old))) == ErrorCode.CODE_INVALID
    assert isinstance(await second_factor.confirm(asked, factors.code(new)), list)
    assert await refusal(second_factor.confirm(asked, factors.code(new))) == ErrorCode.INVALID_STATE
    auditing = [await by_phone(world.auditor) for _ in range(4)]
    begun = await asyncio.gather(*map(second_factor.begin, auditing))
    assert len({one.secret for one in begun if isinstance(one, second_factor.Enrolment)}) == 4
    assert await SecondFactor.filter(account_id=world.auditor.account_id).count() == 1


async def test_it_is_replaced_by_a_code_and_at_no_time_missing(travel: Travel, world: World) -> None:
    asked, other = await by_phone(world.admin), await by_phone(world.admin)
    old, codes = await enrolled(asked)
    assert isinstance(await second_factor.show(other, codes[0]), second_factor.SecondFactor)
    assert await refusal(second_factor.begin(asked)) == ErrorCode.INVALID_STATE
    assert await refusal(second_factor.begin(asked, wrong(old))) == ErrorCode.CODE_INVALID
    begun = await second_factor.begin(asked, codes[1])
    assert isinstance(begun, second_factor.Enrolment)
    new = base64.b32decode(begun.secret)
    travel.by(seconds=30)
    thief = await by_phone(world.admin)
    assert thief.second_factor_due, "the account still has one"
    assert await refusal(second_factor.begin(thief)) == ErrorCode.INVALID_STATE
    assert await refusal(second_factor.show(thief, factors.code(new))) == ErrorCode.CODE_INVALID
    assert await refusal(second_factor.confirm(thief, factors.code(old))) == ErrorCode.CODE_INVALID
    assert isinstance(await second_factor.show(thief, factors.code(old)), second_factor.SecondFactor)
    assert isinstance(await second_factor.confirm(asked, factors.code(new)), list)
    assert (await again(asked)).roles and not (await again(other)).roles and not (await again(thief)).roles
    travel.by(seconds=30)
    for useless in (factors.code(old), codes[2]):
        travel.by(minutes=15)
        assert await refusal(second_factor.show(other, useless)) == ErrorCode.CODE_INVALID
    assert isinstance(await second_factor.show(other, factors.code(new)), second_factor.SecondFactor)
    assert await audited("second_factor.confirm") == [{"replaces": False}, {"replaces": True}]


@pytest.mark.parametrize("who", ["admin", "auditor"])
async def test_who_must_have_one_cannot_end_it(travel: Travel, world: World, who: str) -> None:
    one: Person = getattr(world, who)
    await factors.enrol(one.account_id)
    asked = await by_phone(one)
    assert await refusal(second_factor.end(asked, factors.code())) == ErrorCode.INVALID_STATE
    assert isinstance(await second_factor.show(asked, factors.code()), second_factor.SecondFactor), "it was not used up"


async def test_staff_may_end_it_and_set_up_another(travel: Travel, world: World) -> None:
    assert world.a.staff
    asked, other = await by_phone(world.a.staff), await by_phone(world.a.staff)
    secret, codes = await enrolled(asked)
    assert await refusal(second_factor.end(asked, wrong(secret))) == ErrorCode.CODE_INVALID
    ended = await second_factor.end(asked, codes[0])
    assert isinstance(ended, second_factor.SecondFactor)
    assert (ended.confirmed, ended.due, ended.recovery_codes_left) == (False, False, 0)
    assert (await again(other)).roles == {Role.COMMUNITY_STAFF}
    row = await SecondFactor.get(account_id=world.a.staff.account_id)
    assert row.ended_at and bytes(row.secret_encrypted) == b"" and await RecoveryCode.all().count() == 0
    assert await refusal(second_factor.show(asked, codes[1])) == ErrorCode.INVALID_STATE
    await enrolled(other)
    assert not (await again(asked)).roles, "what it had shown was another one"


async def test_what_was_ended_proves_nothing_for_a_new_role(travel: Travel, world: World) -> None:
    assert world.a.staff
    asked = await by_phone(world.a.staff)
    _, codes = await enrolled(asked)
    await second_factor.end(asked, codes[0])
    await grant(world.a.staff.account_id, Role.DISTRICT_ADMIN, area=world.district)
    found = await again(asked)
    assert found.second_factor_due and not found.roles


async def test_secrets_are_told_once_and_kept_nowhere(
    travel: Travel, world: World, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    who = await factors.signed_in(world.admin, PHONE)
    enrolment = (await story.done(api, who, "SecondFactorBegin"))["enrolment"]
    secret = factors.secret_of(enrolment)
    assert world.admin.name not in unquote(enrolment["uri"])
    codes = (await story.done(api, who, "SecondFactorConfirm", code=factors.code(secret)))["recoveryCodes"]
    missed, used = wrong(secret), factors.code(secret, 1)
    for code in (missed, codes[0], used):
        await story.act(api, who, "SecondFactorShow", code=code)
    canaries = {enrolment["secret"], secret.hex(), missed, used, *codes}
    kept = await _everything()
    told = "\n".join([record.getMessage() + str(record.exc_info or "") for record in caplog.records])
    told += json.dumps(await api.run(who.token, "MySecondFactor"))
    told += json.dumps(await api.run(world.auditor.token, "AuditEntries", first=100), ensure_ascii=False)
    assert "second_factor.recover" in told
    assert [one for one in canaries if one in kept or one in told] == []
    begun = second_factor.Enrolment(enrolment["uri"], enrolment["secret"])
    factor = factor_codes.Factor(world.district.id, secret, b"", 0, confirmed=True)
    assert enrolment["secret"] not in repr(begun) and str(secret) not in repr(factor)


async def _everything() -> str:
    """All that the database holds of it, as text; times and ids of rows aside, in which any six digits may stand."""
    tables = {
        "second_factors": "secret_encrypted",
        "recovery_codes": "code_mac",
        "sign_in_misses": "key",
        "audit_entries": "details",
    }
    texts = []
    for table, column in tables.items():
        rows = await database.fetch(f"SELECT {column}::text AS kept FROM {table}")
        assert rows
        texts += [row["kept"] for row in rows]
    return "\n".join(texts)


async def test_an_operator_ends_a_lost_one(travel: Travel, world: World) -> None:
    secret, codes = await enrolled(await by_phone(world.admin))
    assert await second_factor.end_lost(world.admin.account_id)
    left = await database.fetch(
        "SELECT method FROM sessions WHERE account_id = $1 AND revoked_at IS NULL", world.admin.account_id
    )
    assert [row["method"] for row in left] == ["OPERATOR"]
    assert (await audited("second_factor.end")) == [{"member_id": str(world.admin.account_id)}]
    assert not await second_factor.end_lost(world.admin.account_id), "once is enough"
    asked = await by_phone(world.admin)
    assert asked.second_factor_due and not asked.roles
    for useless in (codes[0], factors.code(secret, 1)):
        assert await refusal(second_factor.show(asked, useless)) == ErrorCode.INVALID_STATE
    await enrolled(asked)
    assert (await again(asked)).roles == {Role.DISTRICT_ADMIN}


async def test_the_command_asks_whose_it_is(database_url: str, world: World) -> None:
    await factors.enrol(world.admin.account_id)
    given = ("account", "end-second-factor", "--account", str(world.admin.account_id), "--json")
    assert "姓名" in refused(command(database_url, *given, "--name", "李四", "--yes"))
    assert "--yes" in refused(command(database_url, *given, "--name", world.admin.name))
    assert await SecondFactor.filter(ended_at=None).count() == 1
    for changed in (True, False):
        done = command(database_url, *given, "--name", world.admin.name, "--yes")
        assert json.loads(done.stdout)["changed"] == changed, done
    assert await SecondFactor.filter(ended_at=None).count() == 0


async def test_one_reads_ones_own_alone(travel: Travel, world: World, api: Api) -> None:
    nobody = await api.run(None, "MySecondFactor")
    assert nobody == {"viewer": None}
    stranger = await person("路人")
    await factors.enrol(stranger.account_id)
    read = (await api.run(stranger.token, "MySecondFactor"))["viewer"]["secondFactor"]
    assert read["confirmed"] and read["recoveryCodesLeft"] == 0 and not read["required"] and not read["due"]
    row = await SecondFactor.get(account_id=stranger.account_id)
    for kind in ("SecondFactor", "Session"):
        found = await api.query(
            world.admin.token, "query($id: ID!) { node(id: $id) { id } }", id=ids.make(kind, row.id)
        )
        assert found == {"node": None}
    assert totp.in_base32(factors.SECRET) not in json.dumps(read)

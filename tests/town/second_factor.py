"""Second factors: everybody's with one known secret, the codes of it, and how the frontends set one up."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from uuid_utils.compat import uuid7

from services.accounts import sessions
from services.accounts.sessions import Opening
from services.db import database
from services.entry import factor_codes, totp
from services.kit import clock
from tests.town import story
from tests.town.story import Story
from tests.town.world import Person, person

SECRET = b"twenty known bytes.."


async def enrol(*account_ids: UUID, confirmed: bool = True) -> None:
    """Give accounts the known secret in place of theirs, none of whose codes was used."""
    for account_id in account_ids:
        await database.execute(
            "INSERT INTO second_factors (id, account_id, secret_encrypted, last_step, created_at, confirmed_at)"
            " VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (account_id) WHERE ended_at IS NULL DO UPDATE"
            " SET secret_encrypted = $3, last_step = 0, confirmed_at = $5",
            uuid7(),
            account_id,
            factor_codes.sealed(SECRET),
            clock.now(),
            clock.now() if confirmed else None,
        )


async def enrol_everybody(*, confirmed: bool = True) -> None:
    """Give every account the known secret."""
    rows = await database.fetch("SELECT id FROM accounts")
    await enrol(*(row["id"] for row in rows), confirmed=confirmed)


def code(secret: bytes = SECRET, steps: int = 0) -> str:
    """The code that the app shows now, or so many steps later."""
    return totp.code_at(secret, totp.step_at(clock.now()) + steps)


async def signed_in(who: Person, how: Opening) -> Person:
    """The same person in a session that was opened in another way."""
    return Person(who.account_id, await sessions.open_session(who.account_id, how=how), who.name)


def secret_of(enrolment: dict[str, str]) -> bytes:
    """The secret that an app reads, from the URI as well as from what is typed."""
    uri = urlsplit(enrolment["uri"])
    asked = {name: values[0] for name, values in parse_qs(uri.query).items()}
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp") and unquote(uri.path).startswith("/红城星店:")
    assert asked == {
        "secret": enrolment["secret"], "issuer": "红城星店", "algorithm": "SHA1", "digits": "6", "period": "30",
    }  # fmt: skip
    return base64.b32decode(enrolment["secret"])


async def a_second_factor_is_set_up_used_and_ended(told: Story) -> None:
    """A member of staff chooses to have one."""
    who = await person("谨慎社工")
    none = {"required": False, "confirmed": False, "due": False, "confirmedAt": None, "recoveryCodesLeft": 0}
    assert (await told.run(who, "MySecondFactor"))["viewer"]["secondFactor"] == none
    enrolment = await told.done(who, "SecondFactorBegin")
    secret = secret_of(enrolment)
    codes = (await story.done(told.api, who, "SecondFactorConfirm", code=code(secret)))["recoveryCodes"]
    assert len(set(codes)) == 10 and {len(one) for one in codes} == {10}
    set_up = {**none, "confirmed": True, "confirmedAt": told.now, "recoveryCodesLeft": 10}
    assert (await told.run(who, "MySecondFactor"))["viewer"]["secondFactor"] == set_up
    assert await told.done(who, "SecondFactorShow", code=codes[0]) == {**set_up, "recoveryCodesLeft": 9}
    told.travel.by(seconds=30)
    fresh = (await story.done(told.api, who, "RecoveryCodesRenew", code=code(secret)))["recoveryCodes"]
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    secret = secret_of(await told.done(who, "SecondFactorBegin", code=fresh[0]))
    fresh = (await story.done(told.api, who, "SecondFactorConfirm", code=code(secret)))["recoveryCodes"]
    for _ in range(5):
        assert story.code(await story.act(told.api, who, "SecondFactorEnd", code=codes[1])) == "CODE_INVALID"
    for name in (
        "RecoveryCodesRenew",
        "SecondFactorBegin",
        "SecondFactorConfirm",
        "SecondFactorEnd",
        "SecondFactorShow",
    ):
        (error,) = (await story.act(told.api, who, name, code=fresh[0]))["errors"]
        assert error["code"] == "TOO_MANY_ATTEMPTS" and error["retryAt"], name
    told.travel.by(minutes=15)
    del none["confirmedAt"]
    assert await told.done(who, "SecondFactorEnd", code=fresh[0]) == none

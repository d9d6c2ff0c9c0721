"""web/pass-codes.js in Node: the vectors, Node's own hashes, and random passes of the Python side."""

import base64
import json
import random
import subprocess
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from schema.graph import ids
from services.kit import clock
from services.till import codes
from tests.evidence.programs import HERE, NODE
from tests.town import story, till
from tests.town.documents import Api
from tests.town.guides import blocks, text
from tests.town.servers import ROOT
from tests.town.world import Travel, World

MODULE = (ROOT / "web" / "pass-codes.js").read_text()
VECTORS = json.loads((ROOT / "docs" / "pass-codes.json").read_text())
EXACT = 2**53  # steps from here on no Number can hold
DIGITS = "0123456789"
SEED = random.randrange(2**32)


def required() -> str:
    """The module as docs/merchant.md tells to make it for `require`."""
    command = blocks(text("merchant.md"), "sh")[-1]
    made = subprocess.run(["sh", "-e", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert made.count("module.exports = {") == 1 and "export {" not in made
    return made


def calls(*asked: list[Any], bare: bool = False) -> list[dict[str, Any]]:
    """What each call gave or threw."""
    told = {"source": required() if bare else MODULE, "bare": bare, "calls": asked}
    ran = subprocess.run(
        [NODE, HERE / "pass_codes.mjs"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


def gave(*asked: list[Any], bare: bool = False) -> list[Any]:
    """What each call gave; none may throw."""
    answers = calls(*asked, bare=bare)
    assert [answer for answer in answers if "threw" in answer] == []
    return [answer["gave"] for answer in answers]


@pytest.mark.parametrize("bare", [False, True], ids=["as a module", "required, with nothing but the language"])
def test_it_computes_the_vectors(bare: bool) -> None:
    within = [one for one in VECTORS["codes"] if int(one["step"]) < EXACT]
    assert len(within) >= 12
    of = [[one["secret"], one["id"], one["slot"], int(one["step"])] for one in within]
    assert gave(*(["qrText", secret, key, step] for secret, key, _, step in of), bare=bare) == [
        one["qr"] for one in within
    ]
    assert gave(*(["shortText", *one] for one in of), bare=bare) == [one["short"] for one in within]
    typed = VECTORS["typed"]
    assert gave(*(["isShortCode", one["typed"]] for one in typed), bare=bare) == [one["taken"] for one in typed]


def test_it_refuses_what_it_cannot_compute() -> None:
    one = VECTORS["codes"][0]
    secret, key = one["secret"], one["id"]
    beyond = [int(other["step"]) for other in VECTORS["codes"] if int(other["step"]) >= EXACT]
    assert beyond
    asked = [["qrText", secret, key, step] for step in (*beyond, -1, 0.5, None, "1")]
    asked += [["shortText", secret, key, bad, 1] for bad in ("", "421", "04210", "a421", None)]
    asked += [["qrText", bad, key, 1] for bad in (secret[:-1], secret + "A", secret[:-1] + "9", secret + "=", "+" * 43)]
    asked += [["qrText", secret, bad, 1] for bad in (key[:-1], key + "A", key[:-1] + "x", None)]
    live = {
        "secret": secret,
        "code": one["qr"],
        "shortCode": None,
        "stepSeconds": 30,
        "serverTime": "2026-05-15T12:00:00+00:00",
        "expiresAt": "2026-05-16T12:00:00+00:00",
    }
    broken = {"code": None, "secret": None, "serverTime": "2026-05-15 12:00", "expiresAt": "2026-05-16T12:00:00"}
    asked += [["keep", live | {name: bad}, 0] for name, bad in broken.items()]
    assert [answer.get("threw") for answer in calls(*asked)] == ["RangeError"] * len(asked)


def test_it_counts_from_the_servers_time() -> None:
    one = VECTORS["codes"][0]
    for moment in VECTORS["clock"]:
        live = {
            "secret": one["secret"],
            "code": one["qr"],
            "shortCode": one["short"],
            "stepSeconds": 30,
            "serverTime": moment["serverTime"],
            "expiresAt": moment["expiresAt"],
        }
        (kept,) = gave(["keep", live, moment["phoneThen"]])
        (shown,) = gave(["codesAt", kept, moment["phoneNow"]])  # kept as JSON in between, as a phone keeps it
        if moment["step"] is None:
            assert shown is None, moment["what"]
            continue
        step = int(moment["step"])
        secret, key = raw(one["secret"]), UUID(bytes=raw(one["id"]))
        assert shown == {
            "qr": codes.qr_text(secret, key, step),
            "short": codes.short_text(secret, key, int(one["slot"]), step),
            "secondsLeft": moment["secondsLeft"],
        }, moment["what"]


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def text_of(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).decode().rstrip("=")


@pytest.mark.parametrize("bare", [False, True])
def test_its_hashes_are_nodes_own(bare: bool) -> None:
    (compared,) = gave(["against", 4000], bare=bare)
    assert compared == {"times": 4000, "wrong": []}


def test_random_passes_come_out_as_in_python() -> None:
    chance = random.Random(SEED)
    passes = [
        (chance.randbytes(32), UUID(bytes=chance.randbytes(16)), chance.randrange(10_000), chance.randrange(limit))
        for limit in (2, 2**26, 2**32, 2**33, 2**41, EXACT)
        for _ in range(500)
    ]
    asked = [[text_of(secret), text_of(key.bytes), f"{slot:04}", step] for secret, key, slot, step in passes]
    assert gave(*(["qrText", one[0], one[1], one[3]] for one in asked)) == [
        codes.qr_text(secret, key, step) for secret, key, _, step in passes
    ], SEED
    assert gave(*(["shortText", *one] for one in asked)) == [codes.short_text(*one) for one in passes], SEED


def test_it_takes_and_refuses_the_typed_codes_that_a_till_does() -> None:
    chance = random.Random(SEED)
    letters = DIGITS * 8 + "０１２３４５６７８９" + " \u3000\t" + "-O٣"
    typed = ["".join(chance.choices(letters, k=chance.randint(10, 13))) for _ in range(3000)]
    good = [codes.short_text(chance.randbytes(32), UUID(int=1), chance.randrange(10_000), 1) for _ in range(300)]
    for one in good:
        place, digit = chance.randrange(10), chance.choice(DIGITS)
        typed += [
            one,
            one[:place] + digit + one[place + 1 :],
            f"{one[:place]}{one[place + 1]}{one[place]}{one[place + 2 :]}",
        ]
        typed.append(f" {one[:4]} {one[4:7]}\u3000{one[7:]}")
    assert gave(*(["isShortCode", one] for one in typed)) == [codes.parse(one) is not None for one in typed], SEED


async def test_a_till_takes_what_it_computes_from_what_was_answered(travel: Travel, rich: World, api: Api) -> None:
    """By a phone whose clock is wrong, long after the answer."""
    phone_is_fast_by = timedelta(hours=7, minutes=13, seconds=1)
    payload = await story.done(
        api, rich.a.head_people[0], "PassIssue", requestNo="one", discountId=ids.make("Discount", rich.a.discount.id)
    )

    def phone_time() -> float:
        return round((clock.now() + phone_is_fast_by).timestamp() * 1000)

    (kept,) = gave(["keep", payload["pass"], phone_time()], bare=True)
    for waits in (0, 31, 6 * 3600):
        travel.by(seconds=waits)
        (shown,) = gave(["codesAt", kept, phone_time()], bare=True)
        for code in (shown["qr"], shown["short"]):
            prepared = await till.prepare(api, rich.a.cashier, code)
            assert prepared["errors"] == [], (waits, code)
    travel.by(hours=18)
    assert gave(["codesAt", kept, phone_time()], bare=True) == [None]


async def test_the_pages_example_draws_what_a_till_takes(rich: World, api: Api) -> None:
    """By the real clock: a mini-program asks for nothing but the time."""
    payload = await story.done(
        api, rich.a.head_people[0], "PassIssue", requestNo="one", discountId=ids.make("Discount", rich.a.discount.id)
    )
    (example,) = blocks(text("merchant.md"), "js")
    (told,) = gave(["page", example, payload["pass"]])
    assert 0 < told["again"] <= 30_000
    for code in told["drawn"]:
        assert (await till.prepare(api, rich.a.cashier, code))["errors"] == []
    ended = payload["pass"] | {"expiresAt": payload["pass"]["serverTime"]}
    assert gave(["page", example, ended]) == [{"drawn": [None]}]

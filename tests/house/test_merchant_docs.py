"""docs/merchant.md and its Chinese twin: the vectors computed from the page alone, the figures, webhooks."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import standardwebhooks

from models.enums import WebhookEvent, WebhookState
from models.webhooks import WebhookDelivery, WebhookEndpoint
from services.kit import business_days, clock, secrets
from services.kit import signing as webhook_signing
from services.kit.settings import Settings
from services.till import codes as pass_codes
from services.till import dispute_table, passes, preparations, redemptions
from services.till.codes import QrCode, ShortCode
from services.webhooks import deliveries
from services.webhooks import http as webhook_http
from services.webhooks import rules as webhook_rules
from services.webhooks.actions import PURPOSE
from services.webhooks.rules import PREVIOUS_SIGNS_FOR
from tests.town import documents, till
from tests.town.documents import Api
from tests.town.guides import DOCS, PAGES, blocks, code, rows, text
from tests.town.live import relay_all
from tests.town.world import World

VECTORS = json.loads((DOCS / "pass-codes.json").read_text())


# -- the codes -------------------------------------------------------------------------------------------------------


class Reading:
    """A phone's computing, from nothing but what a page says."""

    def __init__(self, page: str) -> None:
        said = text(page)
        self.table = [
            [int(cell) for cell in row.split()] for row in re.findall(r"^  \d   ((?:\d ?){10})$", said, re.MULTILINE)
        ]
        self.qr_label, self.short_label = re.findall(r'`mac\("(xingdian-[a-z0-9-]+)"\)`', said)
        assert "HMAC-SHA256(secret, label in ASCII ‖ one byte 0x00 ‖ id ‖ step as 8 bytes, big-endian)" in said

    def mac(self, label: str, secret: bytes, key: bytes, step: int) -> bytes:
        return hmac.new(
            secret, label.encode("ascii") + bytes(1) + key + step.to_bytes(8, "big"), hashlib.sha256
        ).digest()

    def qr(self, secret: str, key: str, step: int) -> str:
        tag = self.mac(self.qr_label, raw(secret), raw(key), step)[:16]
        return f"XD1.{key}.{step}.{base64.urlsafe_b64encode(tag).decode().rstrip('=')}"

    def short(self, secret: str, key: str, slot: str, step: int) -> str:
        number = int.from_bytes(self.mac(self.short_label, raw(secret), raw(key), step)[:4], "big") % 1_000_000
        ten = slot + str(number).zfill(6)
        return ten + str(self.check(ten))

    def check(self, digits: str) -> int:
        so_far = 0
        for digit in digits:
            so_far = self.table[so_far][int(digit)]
        return so_far


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("page", PAGES)
def test_each_vector_comes_of_what_the_page_says(page: str) -> None:
    reading = Reading(page)
    assert len(reading.table) == 10 and len(VECTORS["codes"]) >= 12
    for one in VECTORS["codes"]:
        step = int(one["step"])
        assert reading.qr(one["secret"], one["id"], step) == one["qr"], one["what"]
        assert reading.short(one["secret"], one["id"], one["slot"], step) == one["short"], one["what"]


def test_each_vector_is_what_we_compute_and_read() -> None:
    assert (VECTORS["algorithm"], VECTORS["stepSeconds"]) == (pass_codes.ALGORITHM, pass_codes.STEP_SECONDS)
    for one in VECTORS["codes"]:
        secret, key, slot, step = raw(one["secret"]), UUID(bytes=raw(one["id"])), int(one["slot"]), int(one["step"])
        assert pass_codes.qr_text(secret, key, step) == one["qr"], one["what"]
        assert pass_codes.short_text(secret, key, slot, step) == one["short"], one["what"]
        scanned, typed = pass_codes.parse(one["qr"]), pass_codes.parse(one["short"])
        assert isinstance(scanned, QrCode) and (scanned.pass_id, scanned.step) == (key, step)
        assert isinstance(typed, ShortCode) and typed.slot == slot
        assert pass_codes.matching_step(scanned, secret, key, [step]) == step, one["what"]
        assert pass_codes.matching_step(typed, secret, key, [step]) == step, one["what"]


def test_the_vectors_reach_what_implementations_get_wrong() -> None:
    """Each trap that the page names is really in one of them."""
    codes = VECTORS["codes"]
    steps = {int(one["step"]) for one in codes}
    assert {0, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 10**18 - 1} <= steps
    assert {"0000", "9999"} <= {one["slot"] for one in codes}
    numbers = {one["short"][4:10] for one in codes}
    assert {len(number) - len(number.lstrip("0")) for number in numbers} >= {0, 1, 3, 6}
    assert any(set("-_") <= set(one["id"]) for one in codes)
    assert any(set("-_") <= set(one["qr"].rpartition(".")[2]) for one in codes)
    assert any(one["qr"].rpartition(".")[2].startswith("AA") for one in codes)
    assert any(one["short"].endswith("0") for one in codes)
    reading = Reading(PAGES[0])
    firsts = {
        reading.mac(reading.short_label, raw(one["secret"]), raw(one["id"]), int(one["step"]))[0] >= 0x80
        for one in codes
    }
    assert firsts == {True, False}, "on either side of 2^31"
    assert pass_codes.parse(codes[0]["qr"].replace(codes[0]["step"], "9" * 18)) is not None
    assert pass_codes.parse(codes[0]["qr"].replace(codes[0]["step"], "1" + "0" * 18)) is None


@pytest.mark.parametrize(
    ("page", "secrets_heading", "heading"),
    [
        (PAGES[0], " | secret", "what it shows | secret | slot | QR code | short code"),
        (PAGES[1], " | 密钥", "说明 | 密钥 | 号段 | 二维码 | 短码"),
    ],
)
def test_the_page_and_the_file_hold_the_same_vectors(page: str, secrets_heading: str, heading: str) -> None:
    found = re.findall(r"^\| ([A-Z]) \| `([\w-]{43})` \|$", text(page), re.MULTILINE)
    named = dict(found)
    assert len(found) == len(named) and secrets_heading in text(page)
    shown = rows(page, heading)
    assert all(cells[0] for cells in shown)
    assert [(named[letter], code(slot), code(qr), code(short)) for _, letter, slot, qr, short in shown] == [
        (one["secret"], one["slot"], one["qr"], one["short"]) for one in VECTORS["codes"]
    ]
    assert [(one["id"], one["step"]) for one in VECTORS["codes"]] == [
        tuple(code(qr).split(".")[1:3]) for _, _, _, qr, _ in shown
    ]
    if page == PAGES[0]:
        assert [cells[0] for cells in shown] == [one["what"] for one in VECTORS["codes"]]


@pytest.mark.parametrize(
    ("page", "heading", "yes"),
    [(PAGES[0], "typed | what it shows | taken", "yes"), (PAGES[1], "输入 | 说明 | 收不收", "收")],
)
def test_what_is_typed_is_taken_or_refused_as_said(page: str, heading: str, yes: str) -> None:
    shown = [(code(cells[0]), cells[2] == yes) for cells in rows(page, heading)]
    assert shown == [(one["typed"], one["taken"]) for one in VECTORS["typed"] if one["typed"]]
    reading = Reading(page)
    for one in VECTORS["typed"]:
        assert (pass_codes.parse(one["typed"]) is not None) is one["taken"], one["what"]
        plain = one["typed"].replace(" ", "").replace("\u3000", "")
        if re.fullmatch("[0-9]{11}", plain):
            assert (reading.check(plain) == 0) is one["taken"], one["what"]
    good = VECTORS["codes"][0]["short"]
    wrong = [one["typed"] for one in VECTORS["typed"] if not one["taken"] and re.fullmatch("[0-9]{11}", one["typed"])]
    differ = [[at for at in range(11) if one[at] != good[at]] for one in wrong]
    assert sorted(map(len, differ)) == [1, 1, 1, 2, 2, 2], "one wrong digit each, or two neighbours swapped"
    assert all(
        one[at] == good[at + 1] and one[at + 1] == good[at]
        for one, (at, *more) in zip(wrong, differ, strict=True)
        if more
    )


def test_the_files_moments_are_the_steps_that_a_till_counts() -> None:
    for one in VECTORS["clock"]:
        passed = timedelta(milliseconds=one["phoneNow"] - one["phoneThen"])
        server_now = datetime.fromisoformat(one["serverTime"]) + passed
        expires = datetime.fromisoformat(one["expiresAt"])
        if server_now >= expires:
            assert (one["step"], one["secondsLeft"]) == (None, None), one["what"]
            continue
        step = pass_codes.step_at(server_now)
        ends = datetime.fromtimestamp((step + 1) * VECTORS["stepSeconds"], clock.SHANGHAI)
        assert str(step) == one["step"], one["what"]
        assert abs((min(ends, expires) - server_now).total_seconds() - one["secondsLeft"]) < 0.002, one["what"]


# -- the facts -------------------------------------------------------------------------------------------------------


def test_both_pages_have_the_same_commands_and_programs() -> None:
    for language in ("sh", "python", "js", "json", ""):
        english, chinese = [
            [re.sub(r"(^|\s)#.*$", "", block, flags=re.MULTILINE).split() for block in blocks(text(page), language)]
            for page in PAGES
        ]
        assert english == chinese and english, language
    assert [len(re.findall("^#+ ", text(page), re.MULTILINE)) for page in PAGES] == [
        len(re.findall("^#+ ", text(PAGES[0]), re.MULTILINE))
    ] * 2
    arrows = [re.findall(r"^ +(\w--?[>x]{1,2}\w|opt|end|Note over [\w,]+)", text(page), re.MULTILINE) for page in PAGES]
    assert arrows[0] == arrows[1] and len(arrows[0]) > 15


@pytest.mark.parametrize("page", PAGES)
def test_every_operation_that_is_named_is_one(page: str) -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", text(page))) - {"URL"}
    assert named <= set(documents.NAMES), named - set(documents.NAMES)
    assert {"RedemptionByRequestNo", "StatementAcknowledge", "WebhookCreate", "PassQr"} <= named


SETTINGS = {name: field.get_default() for name, field in Settings.model_fields.items()}
PAUSES = [webhook_rules.pause(attempts, 1.0) or timedelta() for attempts in range(1, webhook_rules.MAX_ATTEMPTS + 1)]
# What the rules say, what the pages say, and how each of them says it.
FIGURES = [
    (preparations.LASTS, timedelta(seconds=120), "kept for this customer for 120 seconds", "保留 120 秒"),
    (redemptions.REVOCABLE_FOR, timedelta(hours=1), "revoked within an hour", "一小时内可以撤销"),
    (business_days.STATEMENT_CLOSES_AT, timedelta(hours=2), "from 02:00 to 02:00", "从 02:00 到次日 02:00"),
    (passes.LIFETIME, timedelta(hours=24), "expiresAt (24 h)", "expiresAt（24 小时）"),
    (SETTINGS["session_idle_days"], 30, "30 days after it was last used", "30 天不用"),
    (SETTINGS["session_absolute_days"], 180, "180 days after it was made", "签发满 180 天"),
    (SETTINGS["guess_window_minutes"], 30, "until the half hour is over", "这半小时内只能扫码"),
    (SETTINGS["max_guesses_per_cashier"], 20, "mistype 20 short codes", "最多输错 20 次短码"),
    (SETTINGS["max_guesses_per_address"], 200, "one network address 200", "一共 200 次"),
    (SETTINGS["guess_alert_per_shop"], 20, "whose tills mistype 20", "一家店半小时内输错 20 次"),
    (SETTINGS["max_body_bytes"], 128 * 1024, "has no 128 KB", "到不了 128 KB"),
    (SETTINGS["request_timeout_seconds"], 10, "gives up after 10 by itself", "服务器自己 10 秒就放弃"),
    (dispute_table.DISPUTABLE_FOR, timedelta(hours=24), "For 24 hours the head can dispute", "在 24 小时内可以对"),
    (webhook_rules.MAX_ENDPOINTS, 5, "up to five a shop", "每店最多五个"),
    (SETTINGS["webhook_timeout_seconds"], 10, "2xx within 10 seconds", "10 秒内返回 2xx"),
    (webhook_rules.MAX_ATTEMPTS, 1 + 12, "tried again 12 times", "都会再试 12 次"),
    ([pause.total_seconds() for pause in PAUSES[:3]], [5, 15, 45], "5 seconds, 15, 45", "5 秒、15 秒、45 秒"),
    (max(PAUSES), timedelta(days=1), "up to a day", "最长一天"),
    (round(sum(PAUSES, timedelta()) * 0.875 / timedelta(days=1)), 3, "some three days in all", "共三天左右"),
    (webhook_rules.MIN_OF_PAUSE, 1 - 0.25, "a random part of up to a quarter", "随机缩短至多四分之一"),
    (webhook_rules.GONE, 410, "410 pauses the address", "返回 410 则暂停"),
    (webhook_http.FOLLOWED, (307, 308), "Redirects 307 and 308 are followed", "跟随 307 和 308 重定向"),
    (webhook_http.MAX_REDIRECTS, 3, "three at most", "最多三次"),
    (PREVIOUS_SIGNS_FOR, timedelta(hours=24), "for 24 hours the one before signs too", "24 小时内旧密钥同时签名"),
    (deliveries.FAILED_KEPT_FOR, timedelta(days=90), "Keep them for 90 days", "记 90 天"),
]


@pytest.mark.parametrize(("rule", "said", "english", "chinese"), FIGURES, ids=[english for *_, english, _ in FIGURES])
def test_each_figure_is_the_rules(rule: Any, said: Any, english: str, chinese: str) -> None:
    assert rule == said
    assert english in re.sub(r"\s+", " ", text(PAGES[0]))
    assert chinese in re.sub(r"\n *", "", text(PAGES[1]))


# -- webhooks --------------------------------------------------------------------------------------------------------


def recipe(page: str) -> Any:
    """The page's function that verifies a webhook."""
    namespace: dict[str, Any] = {}
    exec(compile(blocks(text(page), "python")[1], page, "exec"), namespace)
    return namespace["genuine"]


def test_the_recipe_believes_what_we_sign_and_nothing_else() -> None:
    genuine, secret, other = recipe(PAGES[0]), bytes(range(32)), bytes(32)
    body, key = '{"type":"redemption.confirmed","data":"王"}'.encode(), str(uuid4())
    told, now = webhook_signing.secret_text(secret), clock.now()
    for signing in ([secret], [other, secret], [secret, other]):
        headers = webhook_signing.headers(key, now, body, signing)
        assert genuine(told, headers, body)
        assert standardwebhooks.Webhook(told).verify(body, headers), "as the library of the specification does"
    headers = webhook_signing.headers(key, now, body, [secret])
    assert not genuine(webhook_signing.secret_text(other), headers, body)
    assert not genuine(told, headers, body + b" ")
    assert not genuine(told, headers | {"webhook-id": str(uuid4())}, body)
    assert not genuine(told, headers | {"webhook-timestamp": str(int(now.timestamp()) + 1)}, body)
    assert not genuine(told, headers | {"webhook-signature": "v1,"}, body)
    assert not genuine(told, headers | {"webhook-signature": "签名"}, body)
    for minutes in (-6, 6):
        assert not genuine(told, webhook_signing.headers(key, now + timedelta(minutes=minutes), body, [secret]), body)


async def test_the_bodies_shown_are_of_the_shape_that_is_sent(rich: World, api: Api) -> None:
    await WebhookEndpoint.create(
        shop=rich.a.shop,
        url="https://example.com/",
        events=[event.value for event in WebhookEvent],
        secret_encrypted=secrets.encrypt(PURPOSE, bytes(32)),
        secret_id=uuid4(),
        secret_made_at=clock.now(),
        state=WebhookState.ACTIVE,
        created_at=clock.now(),
        created_by_id=rich.admin.account_id,
    )
    made = await till.redeemed(api, rich.a)
    await relay_all()
    (sent,) = await WebhookDelivery.all()
    shown = [json.loads(block) for block in blocks(text(PAGES[0]), "json")]
    body = json.loads(sent.body)
    assert body["data"]["id"] == made["id"] and body["type"] == shown[0]["type"] == "redemption.confirmed"
    assert (shape(body), shape(body["data"])) == (shape(shown[0]), shape(shown[0]["data"]))
    assert shown[1]["type"] == WebhookEvent.STATEMENT_CLOSED.value


def shape(found: dict[str, Any]) -> dict[str, type]:
    """The names in an object, and of what type each is."""
    return {name: type(value) for name, value in sorted(found.items())}


@pytest.mark.parametrize("page", PAGES)
def test_every_event_has_its_row(page: str) -> None:
    shown = [code(cells[0]) for cells in rows(page, "event | when" if page == PAGES[0] else "事件 | 何时")]
    assert shown == [event.value for event in WebhookEvent]

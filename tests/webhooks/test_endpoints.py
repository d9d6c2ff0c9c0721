"""A shop's webhook endpoints: made, edited, paused, ended; the secret told once; and seen by nobody else."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest

from models.enums import Role, ShopState
from models.shops import Shop
from models.webhooks import WebhookEndpoint
from schema.graph import ids
from services.db import database
from services.kit import clock, secrets
from services.kit.settings import current
from services.webhooks import actions as webhook_actions
from services.webhooks.rules import MAX_ENDPOINTS
from tests.town import story, webhooks
from tests.town import world as district
from tests.town.documents import Api, instant
from tests.town.postgres import holding, unchanged, until_blocked
from tests.town.story import act, code, done
from tests.town.webhooks import EVERYTHING, endpoint
from tests.town.world import Person, Travel, World

URL = "https://hooks.example/red"


def shop(world: World) -> str:
    assert world.a.shop
    return ids.make("Shop", world.a.shop.id)


async def create(api: Api, who: Person | None, world: World, **given: Any) -> dict[str, Any]:
    asked = {"shopId": shop(world), "url": URL, "events": EVERYTHING, "requestNo": story.request_no()}
    return await act(api, who, "WebhookCreate", **(asked | given))


async def shown(api: Api, who: Person | None, world: World) -> list[dict[str, Any]] | None:
    node = (await api.run(who.token if who else None, "ShopWebhooks", id=shop(world)))["node"]
    return None if node["webhooks"] is None else [edge["node"] for edge in node["webhooks"]["edges"]]


async def test_an_endpoint_and_its_secret(travel: Travel, world: World, api: Api) -> None:
    made = await endpoint(api, world.a, "HTTPS://Hooks.Example:443/red", events=EVERYTHING[::-1] * 2)
    secret = made.pop("secret")
    assert secret.startswith("whsec_") and len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert made == {
        "id": made["id"],
        "url": URL,
        "events": EVERYTHING,
        "state": "ACTIVE",
        "createdByName": "王店员",
        "createdAt": "2026-05-15T12:00:00+08:00",
        "availableActions": ["EDIT", "ROTATE_SECRET", "PAUSE", "END"],
        "shop": {"id": shop(world), "name": "A小吃店"},
    }
    (row,) = await WebhookEndpoint.all()
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    assert raw not in bytes(row.secret_encrypted) and secrets.decrypt("webhook", row.secret_encrypted) == raw
    document = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { secret url } } }"
    for who in (world.a.cashier, world.admin, world.auditor):
        node = (await api.query(who.token, document, id=made["id"]))["node"]
        assert node == {"secret": None, "url": URL}
    audited = await database.fetch("SELECT action, details::text AS details FROM audit_entries")
    assert [row["action"] for row in audited] == ["webhook.create"]
    assert not any(text in audited[0]["details"] for text in (URL, "hooks.example", secret[6:], "王"))


async def test_the_secret_is_told_again_for_ten_minutes(travel: Travel, world: World, api: Api) -> None:
    asked = {"requestNo": "hook-1"}
    first = (await create(api, world.a.cashier, world, **asked))["endpoint"]
    async with unchanged():
        assert (await create(api, world.a.cashier, world, **asked))["endpoint"] == first
        for other in ({"url": URL + "x"}, {"events": EVERYTHING[:1]}):
            assert code(await create(api, world.a.cashier, world, **(asked | other))) == "REQUEST_NO_REUSED"
        assert code(await create(api, world.b.cashier, world, **asked)) == "NOT_FOUND"
        travel.by(minutes=10)
        later = (await create(api, world.a.cashier, world, **asked))["endpoint"]
    assert later == first | {"secret": None}


async def test_a_new_secret_and_the_one_before_for_a_day(travel: Travel, world: World, api: Api) -> None:
    cashier = world.a.cashier
    assert cashier
    made = await endpoint(api, world.a, URL)
    given = {"endpointId": made["id"], "requestNo": "r-1"}
    second = (await done(api, cashier, "WebhookRotateSecret", **given))["endpoint"]
    assert second["secret"].startswith("whsec_") and second["secret"] != made["secret"]
    assert second["previousSignsUntil"] == "2026-05-16T12:00:00+08:00"
    async with unchanged():
        assert (await done(api, cashier, "WebhookRotateSecret", **given))["endpoint"] == second
    third = (await done(api, cashier, "WebhookRotateSecret", **(given | {"requestNo": "r-2"})))["endpoint"]
    async with unchanged():
        again = (await done(api, cashier, "WebhookRotateSecret", **given))["endpoint"]
        assert again["secret"] is None, "the second is the endpoint's no longer"
        assert (await create(api, cashier, world, requestNo="x1", url="x"))["errors"]
    (row,) = await WebhookEndpoint.all()
    kept = [secrets.decrypt("webhook", one) for one in (row.secret_encrypted, row.previous_secret_encrypted)]
    assert [f"whsec_{base64.b64encode(one).decode()}" for one in kept] == [third["secret"], second["secret"]]
    assert [one["previousSignsUntil"] for one in await shown(api, cashier, world) or []] == [
        instant(clock.now() + timedelta(hours=24))
    ]


async def test_two_that_rotate_at_once_under_one_number_rotate_once(world: World, api: Api) -> None:
    made = await endpoint(api, world.a, URL)
    given = {"endpointId": made["id"], "requestNo": "r-1"}
    answers = await asyncio.gather(*(done(api, world.a.cashier, "WebhookRotateSecret", **given) for _ in range(6)))
    assert len({one["endpoint"]["secret"] for one in answers}) == 1


async def test_at_most_five_and_those_that_ended_do_not_count(world: World, api: Api) -> None:
    cashier = world.a.cashier
    assert cashier
    made = [await endpoint(api, world.a, f"{URL}/{place}") for place in range(MAX_ENDPOINTS - 1)]
    async with holding("SELECT 1 FROM shops WHERE id = $1 FOR UPDATE", world.a.shop.id):
        both = [asyncio.create_task(create(api, who, world)) for who in (cashier, world.admin)]
        await until_blocked(2)  # and neither has counted yet
    assert sorted([str(code(await one)) for one in both]) == ["LIMIT_REACHED", "None"]
    await done(api, cashier, "WebhookPause", endpointId=made[0]["id"])
    assert code(await create(api, cashier, world)) == "LIMIT_REACHED"
    await done(api, cashier, "WebhookEnd", endpointId=made[0]["id"])
    assert code(await create(api, cashier, world)) is None
    listed = await shown(api, cashier, world)
    assert listed and len(listed) == 6 and [one["state"] for one in listed].count("ENDED") == 1
    assert [one["id"] for one in listed] == sorted((one["id"] for one in listed), key=webhooks.key, reverse=True)


async def test_the_steps_one_after_the_other(travel: Travel, world: World, api: Api) -> None:
    cashier = world.a.cashier
    assert cashier
    made = (await endpoint(api, world.a, URL))["id"]

    async def step(name: str, **more: Any) -> tuple[str, list[str]]:
        found = (await done(api, cashier, f"Webhook{name}", endpointId=made, **more))["endpoint"]
        return found["state"], found["availableActions"]

    paused = ("PAUSED", ["EDIT", "ROTATE_SECRET", "RESUME", "END"])
    active = ("ACTIVE", ["EDIT", "ROTATE_SECRET", "PAUSE", "END"])
    for name, wanted in (("Pause", paused), ("Resume", active), ("End", ("ENDED", []))):
        assert await step(name) == wanted
        async with unchanged():
            assert await step(name) == wanted, "doing it again changes nothing"
    async with unchanged():
        for name, more in {
            "Edit": {"url": URL},
            "Pause": {},
            "Resume": {},
            "RotateSecret": {"requestNo": "late"},
        }.items():
            payload = await act(api, cashier, f"Webhook{name}", endpointId=made, **more)
            assert code(payload) == "INVALID_STATE" and payload["errors"][0]["field"] == ["input", "endpointId"]
    audited = await database.fetch("SELECT action FROM audit_entries WHERE action LIKE 'webhook.%' ORDER BY id")
    assert [row["action"] for row in audited] == ["webhook.create", "webhook.pause", "webhook.resume", "webhook.end"]


async def test_editing_what_is_given_and_nothing_else(world: World, api: Api) -> None:
    cashier = world.a.cashier
    assert cashier
    made = await endpoint(api, world.a, URL)

    async def edit(**given: Any) -> tuple[str, list[str]]:
        found = (await done(api, cashier, "WebhookEdit", endpointId=made["id"], **given))["endpoint"]
        return found["url"], found["events"]

    assert await edit(url="https://new.example") == ("https://new.example/", EVERYTHING)
    assert await edit(events=["STATEMENT_CLOSED"]) == ("https://new.example/", ["STATEMENT_CLOSED"])
    async with unchanged():
        assert (
            await edit()
            == await edit(url="https://NEW.example/", events=["STATEMENT_CLOSED"])
            == (
                "https://new.example/",
                ["STATEMENT_CLOSED"],
            )
        )
        for given in ({"events": []}, {"url": ""}, {"url": "http://new.example/"}):
            payload = await act(api, cashier, "WebhookEdit", endpointId=made["id"], **given)
            assert code(payload) == "INVALID_INPUT" and payload["errors"][0]["field"] == ["input", *given]


BAD_URLS = [
    "http://hooks.example/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/",
    "https://0x7f000001/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/", "https://10.0.0.1/",
    "https://u:p@hooks.example/", "https://hooks.example/#x", "ftp://hooks.example/", "https://hooks.example:0/",
    "https://例子.example/", "https://hooks.example/ x", "javascript:alert(1)", "x", "",
    "https://hooks.example/" + "x" * 479,
]  # fmt: skip


async def test_a_bad_url_is_refused_in_chinese(world: World, api: Api) -> None:
    async with unchanged():
        for url in BAD_URLS:
            payload = await create(api, world.a.cashier, world, url=url)
            (error,) = payload["errors"]
            assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "url"]), url
            assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])


async def test_the_setting_lets_a_network_in(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = current().model_copy(update={"webhook_networks": "10.20.0.0/16"})
    monkeypatch.setattr(webhook_actions, "current", lambda: opened)
    assert code(await create(api, world.a.cashier, world, url="http://10.20.0.1:8080/x")) is None
    assert code(await create(api, world.a.cashier, world, url="http://10.21.0.1:8080/x")) == "INVALID_INPUT"


async def test_a_shop_that_has_left_or_was_never_taken_in_has_none(world: World, api: Api) -> None:
    for state, answer in {
        ShopState.SUSPENDED: None,
        ShopState.LEFT: "INVALID_STATE",
        ShopState.APPLIED: "INVALID_STATE",
    }.items():
        await Shop.filter(id=world.a.shop.id).update(state=state)
        assert code(await create(api, world.admin, world)) == answer


async def test_who_may_and_who_sees(world: World, api: Api) -> None:
    made = (await endpoint(api, world.a, URL))["id"]
    outside = await district.person("外管理", Role.DISTRICT_ADMIN, area=world.b.community)
    answers = {
        "nobody": (None, "UNAUTHENTICATED"),
        "auditor": (world.auditor, "FORBIDDEN"),
        "staff": (world.a.staff, "FORBIDDEN"),
        "head": (world.a.head_people[0], "FORBIDDEN"),
        "foreign cashier": (world.b.cashier, "NOT_FOUND"),
        "foreign admin": (outside, "NOT_FOUND"),
    }
    async with unchanged():
        for name, (who, answer) in answers.items():
            assert code(await create(api, who, world)) == answer, name
            for step, more in {"Pause": {}, "Edit": {"url": URL}, "RotateSecret": {"requestNo": "x"}}.items():
                assert code(await act(api, who, f"Webhook{step}", endpointId=made, **more)) == answer, (name, step)
    assert [one["availableActions"] for one in await shown(api, world.auditor, world) or []] == [[]]
    assert [one["url"] for one in await shown(api, world.admin, world) or []] == [URL]
    for who in (None, world.a.staff, world.a.head_people[0], world.b.cashier):
        assert await shown(api, who, world) is None


async def test_an_auditor_who_works_in_another_shop_only_reads(world: World, api: Api) -> None:
    made = (await endpoint(api, world.a, URL))["id"]
    await district.grant(world.auditor.account_id, Role.SHOP_STAFF, shop=world.b.shop, owner=True)
    async with unchanged():
        assert code(await act(api, world.auditor, "WebhookPause", endpointId=made)) == "FORBIDDEN"
        assert code(await create(api, world.auditor, world)) == "NOT_FOUND"

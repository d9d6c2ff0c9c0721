"""Consents: to the version that was read, once, withdrawn at any time, exported, and kept without a name."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from models.enums import ConsentKind
from services.accounts import sessions
from services.consents import consents, texts
from services.db import database
from services.kit.errors import ErrorCode, Refusal
from services.work import privacy
from tests.town.world import Travel, World, viewer

# Of texts that somebody may have consented to: a change is a new version, in a file of its own.
SHA256 = {
    "CARE_DETAILS.1.md": "33c5958520a6d4ab4c3dc4f938c1e37ace3336018ec205532b2b7eedf01cffd4",
    "PRIVACY_NOTICE.1.md": "a04a53056e988a941ce45356060437b05c9e1e5524da0b6918a6b295e40f3f1f",
}


async def rows() -> list[tuple[str, int, bool, str]]:
    found = await database.fetch(
        "SELECT kind, version, withdrawn_at IS NULL AS stands, account_id::text AS account FROM consents ORDER BY id"
    )
    return [(row["kind"], row["version"], row["stands"], row["account"]) for row in found]


async def audited() -> list[str]:
    found = await database.fetch("SELECT action FROM audit_entries WHERE subject = 'Consent' ORDER BY id")
    return [row["action"] for row in found]


def test_texts_are_never_changed() -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in texts.FOLDER.iterdir()}
    assert files == SHA256


def test_each_kind_has_a_text_and_only_the_notice_is_required() -> None:
    known = texts.current()
    assert set(known) == set(ConsentKind)
    assert [kind for kind, one in known.items() if one.required] == [ConsentKind.PRIVACY_NOTICE]
    for one in known.values():
        assert one.text.startswith("# ") and f"第 {one.version} 版" in one.text


@pytest.mark.parametrize("name", ["NOTICE.md", "PRIVACY_NOTICE.0.md", "PRIVACY_NOTICE.1.txt", "OTHER.1.md"])
def test_a_file_of_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).write_text("# x")
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"KIND\.VERSION\.md|is not a valid ConsentKind"):
        texts.current.__wrapped__()


def test_the_newest_version_is_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PRIVACY_NOTICE.2.md", "PRIVACY_NOTICE.10.md", "CARE_DETAILS.1.md"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    found = texts.current.__wrapped__()
    assert found[ConsentKind.PRIVACY_NOTICE].version == 10
    assert found[ConsentKind.PRIVACY_NOTICE].text == "PRIVACY_NOTICE.10.md"


async def test_what_was_agreed_to_is_read_in_its_version(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also once another is asked for; not where this release lacks it."""
    who, kind = await viewer(world.a.residents[0]), ConsentKind.CARE_DETAILS
    first = await consents.give(who, kind, 1)
    assert first.text == texts.current()[kind].text
    newer = {one: texts.ConsentText(one, 2, "# 第 2 版", False) for one in ConsentKind}
    monkeypatch.setattr(texts, "current", lambda: newer)
    assert (await consents.of_accounts(who, [who.account_id]))[who.account_id][0].text == first.text
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    assert (await consents.give(who, kind, 2)).text is None


async def test_given_once_withdrawn_once_and_given_anew(travel: Travel, world: World) -> None:
    who = await viewer(world.a.residents[0])
    kind = ConsentKind.CARE_DETAILS
    first = await consents.give(who, kind, 1)
    travel.by(minutes=1)
    assert await consents.give(who, kind, 1) == first and first.current
    ended = await consents.withdraw(who, kind)
    assert ended.withdrawn_at and not ended.current
    assert await consents.withdraw(who, kind) == ended
    travel.by(minutes=1)
    again = await consents.give(who, kind, 1)
    assert again.current and again.given_at > first.given_at
    assert [stands for _, _, stands, _ in await rows()] == [False, True]
    assert await audited() == ["consent.give", "consent.withdraw", "consent.give"]


async def test_without_the_notice_one_is_signed_out(world: World) -> None:
    """Everywhere, as the notice says; without one's own choice one goes on."""
    person, kind = world.a.residents[0], ConsentKind.PRIVACY_NOTICE
    who = await viewer(person)
    with pytest.raises(Refusal) as caught:
        await consents.withdraw(who, kind)
    assert caught.value.code == ErrorCode.INVALID_STATE and await sessions.authenticate(person.token)
    for each in ConsentKind:
        await consents.give(who, each, 1)
    await consents.withdraw(who, ConsentKind.CARE_DETAILS)
    tokens = [person.token, await sessions.open_session(person.account_id)]
    assert all([await sessions.authenticate(token) for token in tokens])
    assert (await consents.withdraw(who, kind)).withdrawn_at
    assert not any([await sessions.authenticate(token) for token in tokens])
    assert await sessions.authenticate(world.a.residents[1].token), "another's go on"
    later = await sessions.open_session(person.account_id)
    await consents.withdraw(who, kind)
    assert await sessions.authenticate(later), "who is about to read it anew"


async def test_at_once_it_is_one_consent(world: World) -> None:
    who = await viewer(world.a.residents[0])
    await asyncio.gather(*(consents.give(who, ConsentKind.PRIVACY_NOTICE, 1) for _ in range(8)))
    assert len(await rows()) == 1 and await audited() == ["consent.give"]


@pytest.mark.parametrize("version", [0, 2, -1])
async def test_another_version_is_not_what_was_read(world: World, version: int) -> None:
    with pytest.raises(Refusal) as caught:
        await consents.give(await viewer(world.a.residents[0]), ConsentKind.PRIVACY_NOTICE, version)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "version")
    assert "第 1 版" in caught.value.message and await rows() == []


async def test_a_new_version_asks_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = await viewer(world.a.residents[0])
    kind = ConsentKind.PRIVACY_NOTICE
    await consents.give(who, kind, 1)
    newer = {one: texts.ConsentText(one, 2, "# 第 2 版", True) for one in ConsentKind}
    monkeypatch.setattr(texts, "current", lambda: newer)
    (mine,) = (await consents.of_accounts(who, [who.account_id]))[who.account_id]
    assert mine.version == 1 and not mine.current
    assert (await consents.give(who, kind, 2)).current
    await consents.withdraw(who, kind)
    assert [stands for _, _, stands, _ in await rows()] == [False, False], "of all versions"


async def test_nobody_reads_those_of_others(world: World) -> None:
    who, other = await viewer(world.a.residents[0]), await viewer(world.a.residents[1])
    await consents.give(other, ConsentKind.PRIVACY_NOTICE, 1)
    assert await consents.of_accounts(who, [other.account_id]) == {}


async def test_exported_and_withdrawn_by_erasure(world: World) -> None:
    person = world.a.residents[0]
    who = await viewer(person)
    await consents.give(who, ConsentKind.PRIVACY_NOTICE, 1)
    sections = {one["name"]: one["rows"] for one in json.loads(await privacy.export(who))["sections"]}
    assert [(row["kind"], row["version"], row["withdrawnAt"]) for row in sections["consents"]] == [
        ("PRIVACY_NOTICE", 1, None)
    ]
    await privacy.erase(person.account_id)
    assert await rows() == [("PRIVACY_NOTICE", 1, False, str(person.account_id))], "it stays as proof, of an id"

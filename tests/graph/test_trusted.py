"""Trusted documents: which may be asked in which mode, what a folder of them must be like, and that they are kept."""

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, get_introspection_query

from schema import root
from schema.graph import execution, limits, plans, trusted
from schema.graph.errors import MAX_MESSAGE_CHARACTERS, ClientError, shown
from schema.graph.execution import Schema
from schema.graph.trusted import Trusted, Wanted, digest
from services.kit.settings import Executor, Settings, SettingsError, TrustedDocuments, current
from tests.town import documents
from tests.town.commands import command, refused

VIEWER = documents.text("Viewer")
NEARBY = documents.text("Nearby")
PLACE = {"latitude": 27.7, "longitude": 106.9}


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def settings(mode: str = "preferred", folder: Path | str = "") -> Settings:
    return current().model_copy(
        update={"trusted_documents": TrustedDocuments(mode), "trusted_documents_dir": str(folder)}
    )


@pytest.fixture(scope="module")
def built() -> Schema:
    return root.build()


@pytest.fixture(scope="module")
def core(built: Schema) -> GraphQLSchema:
    return built._schema


def refusal(known: Trusted, wanted: Wanted) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        known.text(wanted)
    assert caught.value.extensions
    return caught.value.extensions["code"], caught.value.message


# -- which may be asked ----------------------------------------------------------------------------------------------

PREFERRED, ONLY = (Trusted(TrustedDocuments(mode), {sha(VIEWER): VIEWER}) for mode in ("preferred", "only"))
OFF = Trusted()
OTHER = VIEWER + " "


@pytest.mark.parametrize("known", [PREFERRED, ONLY], ids=["preferred", "only"])
def test_an_id_is_a_sha256_with_or_without_its_name(known: Trusted) -> None:
    for document_id in (sha(VIEWER), f"sha256:{sha(VIEWER)}"):
        assert known.text(Wanted(None, document_id)) == VIEWER
    code, says = refusal(known, Wanted(None, sha(OTHER)))
    assert code == "PERSISTED_DOCUMENT_NOT_FOUND" and "docs/operations" in says and "TRUSTED_DOCUMENTS_DIR" in says


@pytest.mark.parametrize(
    "document_id",
    ["", "x", sha("").upper(), sha("")[1:], sha("") + "0", f"SHA256:{sha('')}", f"md5:{sha('')}", f" {sha('')}",
     f"{sha('')}\n", f"sha256:sha256:{sha('')}", "０" * 64],
)  # fmt: skip
def test_nothing_else_is_an_id(document_id: str) -> None:
    assert digest(document_id) is None and digest(sha("")) == digest(f"sha256:{sha('')}") == sha("")
    assert refusal(PREFERRED, Wanted(None, document_id))[0] == "PERSISTED_DOCUMENT_NOT_FOUND"


def test_any_text_may_be_asked_unless_only_trusted_ones_may() -> None:
    for text in (VIEWER, OTHER, "{", "", None):
        assert PREFERRED.text(Wanted(text)) == OFF.text(Wanted(text)) == text
    for text in (VIEWER, "", None):
        assert ONLY.text(Wanted(text)) == text
    for text in (OTHER, VIEWER.rstrip(), VIEWER.replace("\n", "\r\n"), "{", get_introspection_query()):
        code, says = refusal(ONLY, Wanted(text))
        assert code == "DOCUMENT_NOT_TRUSTED" and "TRUSTED_DOCUMENTS_DIR" in says and "documentId" in says


def test_a_server_that_takes_no_id_says_so() -> None:
    code, says = refusal(OFF, Wanted(None, sha(VIEWER)))
    assert code == "PERSISTED_DOCUMENT_NOT_FOUND" and "TRUSTED_DOCUMENTS=off" in says and "`query`" in says
    assert refusal(OFF, apollo(VIEWER))[0] == "PERSISTED_QUERY_NOT_SUPPORTED"


def apollo(text: str, query: str | None = None, **given: Any) -> Wanted:
    return Wanted(query, None, {"persistedQuery": {"version": 1, "sha256Hash": sha(text), **given}})


@pytest.mark.parametrize("known", [PREFERRED, ONLY], ids=["preferred", "only"])
def test_apollos_clients_name_one_or_are_told_to_stop(known: Trusted) -> None:
    assert known.text(apollo(VIEWER)) == known.text(apollo(VIEWER, "")) == VIEWER
    nonsense = [Wanted(None, None, {"persistedQuery": value}) for value in (5, "x", [], {}, True, {"version": 1})]
    for wanted in (apollo(OTHER), apollo(VIEWER, version=2), apollo("", sha256Hash=[sha(VIEWER)]), *nonsense):
        assert refusal(known, wanted) == ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
    assert known.text(Wanted(None, None, {"persistedQuery": None})) is None
    assert known.text(apollo(OTHER, VIEWER)) == VIEWER, "beside a query it says nothing"
    assert known.text(Wanted(None, sha(VIEWER), apollo(OTHER).extensions)) == VIEWER


def test_beside_a_trusted_hash_another_query_stays_untrusted() -> None:
    assert PREFERRED.text(apollo(VIEWER, OTHER)) == OTHER
    assert refusal(ONLY, apollo(VIEWER, OTHER))[0] == "DOCUMENT_NOT_TRUSTED"


# -- what is read ----------------------------------------------------------------------------------------------------


def test_all_that_is_shipped_and_the_own_ones_are_read(core: GraphQLSchema, tmp_path: Path) -> None:
    own = {
        "plain.graphql": b"query Mine { __typename }",
        "windows.graphql": b"\xef\xbb\xbfquery Windows {\r\n  __typename\r\n}\r\n",
        "two.graphql": b"query A { __typename } query B { __typename }",
        "again.graphql": VIEWER.encode(),
        "nameless.graphql": "# 店名\n{ __typename }".encode(),
    }
    for name, text in own.items():
        (tmp_path / name).write_bytes(text)
    for name in (".hidden.graphql", "notes.txt", "x.graphql.bak"):
        (tmp_path / name).write_text("not a document")
    listed = trusted.documents(core, settings(folder=tmp_path))
    shipped = listed[: len(documents.NAMES)]
    assert [one.operation for one in shipped] == documents.NAMES
    assert [one.file for one in shipped] == [f"docs/operations/{name}.graphql" for name in documents.NAMES]
    assert {one.file: one.id for one in listed[len(shipped) :]} == {
        str(tmp_path / name): sha(text) for name, text in own.items()
    }
    assert {one.operation for one in listed[len(shipped) :]} == {"Mine", "Windows", "A, B", "Viewer", ""}
    known = trusted.load(core, settings("only", tmp_path))
    assert len(known.texts) == len(listed) - 1
    for text in own.values():
        assert known.text(Wanted(text.decode())) == known.text(Wanted(None, sha(text))) == text.decode()


BROKEN: dict[str, tuple[bytes, str]] = {
    "no GraphQL": (b"query A {\n  __typename\n", "Syntax Error: Expected Name, found <EOF> (line 3)"),
    "nothing": (b"", "Syntax Error: Unexpected <EOF>"),
    "no field of the schema": (b"{\n  nothing }", "Cannot query field 'nothing' on type 'Query' (line 2)"),
    "too deep": (b"{ a " * 20 + b"}" * 20, f"at most {limits.MAX_DEPTH} levels of fields"),
    "too large": (b"#" * limits.MAX_CHARACTERS + b"\n{ __typename }", "code points"),
    "only a fragment": (b"fragment A on Query { __typename }", "never used"),
    "no UTF-8": (b"{ __typename } # \xff", "not UTF-8 (不是 UTF-8 文字)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_one_sentence(core: GraphQLSchema, tmp_path: Path, name: str) -> None:
    text, says = BROKEN[name]
    path = tmp_path / "Mine.graphql"
    path.write_bytes(text)
    for read in (trusted.load, trusted.documents):
        with pytest.raises(SettingsError) as caught:
            read(core, settings(folder=tmp_path))
        sentence = str(caught.value)
        assert sentence.startswith(f"{path} cannot be trusted: ") and says in sentence and "\n" not in sentence
        assert sentence.endswith(": correct it, or move it out of the folder.")
    assert trusted.load(core, settings("off", tmp_path)).texts == {}, "what is off reads nothing"


def test_a_folder_that_cannot_be_read_is_one_sentence(core: GraphQLSchema, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd" / "Folder.graphql").mkdir(parents=True)
    for name, place, says in (
        ("missing", "missing", "no such file or directory"),
        ("file", "file", "not a directory"),
        ("empty", "empty", "holds no *.graphql"),
        ("odd", "odd/Folder.graphql", "is a directory"),
    ):
        with pytest.raises(SettingsError) as caught:
            trusted.load(core, settings(folder=tmp_path / name))
        sentence = str(caught.value)
        assert sentence.startswith(f"TRUSTED_DOCUMENTS_DIR is not usable: {tmp_path / place}"), sentence
        assert says in sentence and "\n" not in sentence and sentence.endswith(".")


def test_a_folder_is_looked_for_from_the_project_s_own(core: GraphQLSchema) -> None:
    listed = trusted.documents(core, settings(folder="docs/operations"))
    assert len(listed) == 2 * len(documents.NAMES) and len({one.file for one in listed}) == len(documents.NAMES)


def test_introspection_is_trusted_only_beside_all_else(core: GraphQLSchema, tmp_path: Path) -> None:
    (tmp_path / "All.graphql").write_text(get_introspection_query())
    assert sha(get_introspection_query()) in trusted.load(core, settings("preferred", tmp_path)).texts
    with pytest.raises(SettingsError, match=r"All\.graphql cannot be trusted: it asks for introspection, which .*only"):
        trusted.load(core, settings("only", tmp_path))


def test_the_command_lists_them_or_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "Mine.graphql").write_text("query Mine { __typename }")
    listed = command("", "documents", "--json", TRUSTED_DOCUMENTS_DIR=str(tmp_path), TRUSTED_DOCUMENTS="off")
    rows = json.loads(listed.stdout)["documents"]
    assert {"id": sha(VIEWER), "operation": "Viewer", "file": "docs/operations/Viewer.graphql"} in rows
    assert rows[-1]["operation"] == "Mine" and rows[-1]["id"] == sha("query Mine { __typename }")
    (tmp_path / "Mine.graphql").write_text("query Mine {")
    said = refused(command("", "documents", TRUSTED_DOCUMENTS_DIR=str(tmp_path)))
    assert f"{tmp_path}/Mine.graphql cannot be trusted: Syntax Error" in said
    assert "TRUSTED_DOCUMENTS is not usable" in refused(command("", "documents", TRUSTED_DOCUMENTS="some"))


# -- what is kept ----------------------------------------------------------------------------------------------------


def flood(schema: GraphQLSchema) -> None:
    """Ask for as many other documents as the cache takes."""
    most = limits.cached.max_documents
    assert most
    for index in range(most + 1):
        limits.prepared(schema, f"{{ a{index}: __typename }}")
    assert len(limits.cached) == most


def test_what_is_trusted_never_falls_out_of_the_cache(
    core: GraphQLSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = "query Mine { __typename }"
    (tmp_path / "Mine.graphql").write_text(mine)
    trusted.load(core, settings(folder=tmp_path))
    texts = [*map(documents.text, documents.NAMES), mine]
    before = [limits.prepared(core, text) for text in texts]
    assert all(one.document and not one.errors and one.plans for one in before)
    limits.cached.clear()
    other = limits.prepared(core, OTHER)
    flood(core)
    assert limits.prepared(core, OTHER) is not other, "the flood is one"
    monkeypatch.setattr(limits, "parse", None)
    assert all(limits.prepared(core, text) is one for text, one in zip(texts, before, strict=True))


async def test_a_plain_query_takes_what_is_kept_too(db: None, built: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "trusted", trusted.load(built._schema, settings()))
    for wanted in (Wanted(None, sha(NEARBY)), NEARBY):
        assert (await ask(built, wanted, PLACE)).data["shops"]["edges"] == []
    flood(built._schema)
    for module, name in ((limits, "parse"), (limits, "validate"), (plans, "_Compiler")):
        monkeypatch.setattr(module, name, None)
    for wanted in (Wanted(None, sha(NEARBY)), NEARBY):
        assert (await ask(built, wanted, PLACE)).errors is None


async def ask(built: Schema, wanted: Wanted | str, variables: dict[str, Any]) -> Any:
    kinds = {execution.OperationType.QUERY, execution.OperationType.MUTATION}
    return await built.execute(wanted, variable_values=variables, allowed_operation_types=kinds)


# -- hints -----------------------------------------------------------------------------------------------------------

MISSPELT: list[tuple[str, dict[str, Any], str]] = [
    ("WishSubmit", {"input": {"householdIdd": "x"}}, "householdId"),
    ("WishSubmit", {"input": {"householdId": "x", "category": "REPAIRS", "title": "", "requestNo": ""}}, "REPAIR"),
    ("Nearby", {**PLACE, "category": "FOODS"}, "FOOD"),
]


@pytest.mark.parametrize("executor", Executor)
@pytest.mark.parametrize(("name", "variables", "hinted"), MISSPELT, ids=itertools.count())
async def test_no_names_are_proposed_where_only_trusted_ones_run(
    connected: None,
    built: Schema,
    monkeypatch: pytest.MonkeyPatch,
    executor: Executor,
    name: str,
    variables: dict[str, Any],
    hinted: str,
) -> None:
    monkeypatch.setattr(execution, "current", lambda: current().model_copy(update={"executor": executor}))
    text = documents.text(name)
    for mode in (TrustedDocuments.PREFERRED, TrustedDocuments.ONLY):
        monkeypatch.setattr(built, "trusted", Trusted(mode, {sha(text): text}))
        result = await ask(built, Wanted(None, sha(text)), variables)
        assert result.errors
        said = " ".join(error.message for error in result.errors)
        hints = "Did you mean" in said and f"'{hinted}'" in said
        assert hints == (mode is TrustedDocuments.PREFERRED), said
        assert result.errors[0].extensions == {"code": "BAD_REQUEST"}


def test_no_half_of_a_proposal_is_left_in_a_long_message() -> None:
    long = "x" * (MAX_MESSAGE_CHARACTERS - 20)
    for proposed in ("'wishes'", "'wishes' or 'wish'", "the enum value 'REPAIR', 'CARE', or 'OTHER'"):
        error = GraphQLError(f"{long}. Did you mean {proposed}? Found: 5.")
        assert shown(error, "", hints=False).message == f"{long}. Found: 5."
        assert "Did you" in shown(error, "").message

"""Trusted documents: those of docs/operations and of the operator's own folder, each by the SHA-256 of its text.

A request may name one instead of sending it, by `documentId` (GraphQL over HTTP, persisted documents) or as Apollo's
clients do. TRUSTED_DOCUMENTS says whether anything else may be asked.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLSchema

from schema.graph.errors import ClientError
from schema.graph.limits import Prepared, keep, prepare
from services.kit.errors import why
from services.kit.settings import ROOT, Settings, SettingsError, TrustedDocuments

OPERATIONS = ROOT / "docs" / "operations"
SUFFIX = ".graphql"
ID = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
APOLLO_VERSION = 1

NOT_FOUND = (
    "no trusted document has this `documentId`: it is the SHA-256 of the exact text of one in docs/operations, or in"
    " the operator's TRUSTED_DOCUMENTS_DIR"
)
TAKES_NONE = "this server takes no `documentId` (TRUSTED_DOCUMENTS=off): send the document itself as `query`"
NOT_TRUSTED = (
    "this server runs trusted documents only, and `query` is not the exact text of one: send a `documentId`, or have"
    " the operator put this text into TRUSTED_DOCUMENTS_DIR"
)


class Wanted(NamedTuple):
    """How a request says which document it wants."""

    query: str | None
    document_id: str | None = None
    extensions: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A trusted document."""

    id: str  # the SHA-256 of its text, in hexadecimal
    operation: str  # the names of its operations
    file: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """Which documents are trusted, and whether others may be asked."""

    mode: TrustedDocuments = TrustedDocuments.OFF
    texts: Mapping[str, str] = field(default_factory=dict)  # by id
    operations: frozenset[str] = frozenset()  # their names

    @property
    def only(self) -> bool:
        """Whether nothing else may be asked."""
        return self.mode is TrustedDocuments.ONLY

    def text(self, wanted: Wanted) -> str | None:
        """Return the text of the document that is wanted; None, or an empty one, where none is named.

        Raises ClientError for one that is unknown or may not be asked.
        """
        if wanted.document_id is not None:
            return self._by_id(wanted.document_id)
        if not wanted.query and (persisted := (wanted.extensions or {}).get("persistedQuery")) is not None:
            return self._by_persisted_query(persisted)
        if wanted.query and self.only and id_of(wanted.query.encode()) not in self.texts:
            raise ClientError(NOT_TRUSTED, "DOCUMENT_NOT_TRUSTED")
        return wanted.query

    def _by_id(self, document_id: str) -> str:
        found = self.texts.get(digest(document_id) or "")
        if found is None:
            says = TAKES_NONE if self.mode is TrustedDocuments.OFF else NOT_FOUND
            raise ClientError(says, "PERSISTED_DOCUMENT_NOT_FOUND")
        return found

    def _by_persisted_query(self, given: Any) -> str:
        """Return what Apollo's extension names. After this refusal its clients send the query, and no hash any more."""
        if isinstance(given, dict) and given.get("version") == APOLLO_VERSION:
            found = self.texts.get(digest(str(given.get("sha256Hash"))) or "")
            if found is not None:
                return found
        raise ClientError("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")


def digest(document_id: str) -> str | None:
    """Return the SHA-256 in a document id, in hexadecimal; None for an id of another form."""
    found = ID.fullmatch(document_id)
    return found[1] if found else None


def id_of(text: bytes) -> str:
    """Return the id of a document by its bytes."""
    return hashlib.sha256(text).hexdigest()


def load(schema: GraphQLSchema, settings: Settings) -> Trusted:
    """Read the trusted documents; each is kept from when it is first asked for, for as long as the schema is there.

    Raises SettingsError, as `documents` does.
    """
    mode = settings.trusted_documents
    if mode is TrustedDocuments.OFF:
        return Trusted()
    texts, names = {}, set()
    for document, text, ready in _read(schema, settings):
        keep(schema, text)
        texts[document.id] = text
        names |= {name for name in ready.operations if name}
    return Trusted(mode, texts, frozenset(names))


def documents(schema: GraphQLSchema, settings: Settings) -> list[Document]:
    """Return the trusted documents, whether or not TRUSTED_DOCUMENTS is on.

    Raises SettingsError, with one sentence, for a folder or file that can't be read, and for a document that is not
    valid, exceeds a limit, or asks for introspection where TRUSTED_DOCUMENTS is `only`.
    """
    return [document for document, _, _ in _read(schema, settings)]


def _read(schema: GraphQLSchema, settings: Settings) -> Iterator[tuple[Document, str, Prepared]]:
    hidden = settings.trusted_documents is TrustedDocuments.ONLY
    for path in _files(settings.trusted_documents_dir):
        text = _text(path)
        ready = prepare(schema, text)
        if ready.errors:
            raise _refused(path, _first(ready.errors[0]))
        if hidden and any(one.introspects for one in ready.operations.values()):
            raise _refused(path, "it asks for introspection, which TRUSTED_DOCUMENTS=only shows to nobody")
        names = ", ".join(name for name in ready.operations if name)
        yield Document(id_of(text.encode()), names, _shown(path)), text, ready


def _files(own: str) -> list[Path]:
    """Return the files of docs/operations and of the operator's folder, in their order."""
    shipped = sorted(OPERATIONS.glob(f"*{SUFFIX}"))
    if not own:
        return shipped
    folder = ROOT / own
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX and not path.name.startswith("."))
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not found:
        raise _unusable(f"{folder} holds no *{SUFFIX} (那里没有文档): put the documents there, or leave it unset")
    return [*shipped, *found]


def _text(path: Path) -> str:
    """Return the text of a file byte for byte: no ends of lines are translated."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError:
        raise _refused(path, "not UTF-8 (不是 UTF-8 文字)") from None


def _first(error: GraphQLError) -> str:
    """Return an error with its place, in one line."""
    place = f" (line {error.locations[0].line})" if error.locations else ""
    return f"{' '.join(error.message.split()).rstrip('.')}{place}"


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _refused(path: Path, reason: str) -> SettingsError:
    return SettingsError(f"{_shown(path)} cannot be trusted: {reason}: correct it, or move it out of the folder.")


def _unreadable(path: Path, error: OSError) -> SettingsError:
    reason = (error.strerror or str(error)).lower()
    return _unusable(f"{path}: {reason} ({why(error)}): let this user read it, or name another folder")


def _unusable(reason: str) -> SettingsError:
    return SettingsError(f"TRUSTED_DOCUMENTS_DIR is not usable: {reason}.")

"""The file of an export: a ZIP of pages and tables, written as the services' records are read."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import IO, Any, Final, cast

import orjson

from customerai.core import erased
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction
from customerai.core.errors import ContentTooLarge
from customerai.core.guard import in_thread
from customerai.privacy import store as vault_store
from customerai.privacy.placeholders import restore
from customerai.privacy.rights import consents_store, pages, retention_store, store
from customerai.privacy.rights.store import Request
from customerai.privacy.vault import Vault

_FIRST: Final = (-1, -1)
Progress = Callable[[int, int], Awaitable[None]]
"""Told how many units are done, of how many."""

Chunk = dict[str, list[dict[str, Any]]]
"""What a service contributed: kind of record to records."""

_TABLES: Final[tuple[tuple[str, str, tuple[str, ...], str], ...]] = (
    ("responder", "messages", ("conversation_id", "id", "at", "role", "text"),
     "what you and we wrote"),
    ("responder", "replies",
     ("conversation_id", "id", "message_id", "at", "status", "reason", "text", "confidence",
      "model"), "automatic replies"),
    ("insights", "analysis",
     ("conversation_id", "message_id", "at", "language", "sentiment", "sentiment_score", "intent",
      "intent_score"), "what was computed of your messages"),
    ("fairness", "decisions", ("id", "kind", "outcome", "score", "label", "groups", "at"),
     "what was decided automatically"),
)  # fmt: skip


class ExportTooLarge(ContentTooLarge):
    """The file of an export would be larger than `privacy.export_max_bytes`."""

    def __init__(self) -> None:
        super().__init__("The export would be larger than privacy.export_max_bytes allows.")


class Sink(io.RawIOBase):
    """Takes what the ZIP writer writes, until it is fetched."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self._held = bytearray()
        self._most = most_bytes
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.size += len(piece)
        if self.size > self._most:
            raise ExportTooLarge
        self._digest.update(piece)
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


class ExportFile:
    """Writes the file of one export; values are put back on the way, and nowhere kept."""

    def __init__(
        self, request: Request, sink: Sink, *, db: Database, clock: Clock, vault: Vault
    ) -> None:
        self._request = request
        self._sink = sink
        self._db = db
        self._clock = clock
        self._vault = vault

    async def content(self, progress: Progress) -> AsyncIterator[bytes]:
        """The bytes of the file, piece by piece."""
        request, sink = self._request, self._sink
        with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as archive:
            heads = await self._heads()
            known = await self._db.read(partial(_known, request), tenant=request.tenant)
            archive.writestr("index.html", self._index(heads, known))
            for name, rows in known.items():
                archive.writestr(f"data/{name}.csv", pages.table(rows))
            yield sink.take()
            done, total = 0, len(heads) + 1
            book = _Pages(archive)
            async for chunk in self._chunks("responder"):
                done += await in_thread(book.add, chunk)
                yield sink.take()
                await progress(done, total)
            book.end()
            with archive.open("data/conversations.json", "w") as out:
                records = _Records(out)
                async for chunk in self._chunks("responder"):
                    await in_thread(records.add, chunk)
                    yield sink.take()
                records.end()
            for service, kind, columns, _ in _TABLES:
                with archive.open(f"data/{kind}.csv", "w") as out:
                    out.write(pages.table([columns]))
                    async for chunk in self._chunks(service):
                        await in_thread(_add_rows, out, chunk.get(kind, []), columns)
                        yield sink.take()
            await progress(total, total)
        yield sink.take()

    async def _chunks(self, service: str) -> AsyncIterator[Chunk]:
        """What a service contributed, in order, with the values put back."""
        tenant, place = self._request.tenant, _FIRST
        while True:
            following = partial(
                erased.contributed,
                tenant=tenant,
                request_id=self._request.id,
                service=service,
                after=place,
            )
            found = await self._db.read(following, tenant=tenant)
            if found is None:
                return
            place, content = found
            chunk: Chunk = orjson.loads(content)
            ids = sorted({_conversation_of(item) for items in chunk.values() for item in items})
            find = partial(vault_store.find_sessions, tenant=tenant, session_ids=ids)
            sessions = await self._db.read(find, tenant=tenant)
            yield await in_thread(self._restored, chunk, sessions)

    def _restored(self, chunk: Chunk, sessions: Mapping[str, vault_store.StoredSession]) -> Chunk:
        mappings = {
            name: self._vault.session(self._request.tenant, stored).book.mapping()
            for name, stored in sessions.items()
        }
        return {
            kind: [_with_values(item, mappings.get(_conversation_of(item), {})) for item in items]
            for kind, items in chunk.items()
        }

    async def _heads(self) -> list[dict[str, Any]]:
        heads = []
        async for chunk in self._chunks("responder"):
            heads += [head for head in chunk.get("conversations", []) if not head["continued"]]
        return heads

    def _index(
        self,
        heads: Sequence[Mapping[str, Any]],
        known: Mapping[str, Sequence[Sequence[object]]],
    ) -> bytes:
        files = [(f"data/{kind}.csv", told) for _, kind, _, told in _TABLES]
        files.append(("data/conversations.json", "all conversations for programs"))
        files += [(f"data/{name}.csv", _TOLD[name]) for name in known]
        about = [
            ("Asked on", self._request.created_at.strftime("%Y-%m-%d %H:%M UTC")),
            ("Made on", self._clock.now().strftime("%Y-%m-%d %H:%M UTC")),
            ("Request", self._request.id),
            ("Conversations", len(heads)),
        ]
        return pages.index(about, heads, files)


class _Pages:
    """A page a conversation.

    A chunk holds whole conversations, or goes on with the last one of the chunk before.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._out: IO[bytes] | None = None

    def add(self, chunk: Chunk) -> int:
        """Write a chunk; returns how many conversations it begins."""
        begun = 0
        said = _by_conversation(chunk)
        for head in chunk.get("conversations", []):
            if self._out is None or not head["continued"]:
                self.end()
                self._out = self._archive.open(f"conversations/{head['id']}.html", "w")
                self._out.write(pages.conversation_head(head))
                begun += 1
            for kind, item in said.get(head["id"], []):
                written = pages.reply(item) if kind == "replies" else pages.message(item)
                self._out.write(written)
        return begun

    def end(self) -> None:
        """Finish the last page."""
        if self._out is not None:
            self._out.write(pages.TAIL)
            self._out.close()
            self._out = None


class _Records:
    """Everything as one JSON array."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._before = b"[\n"

    def add(self, chunk: Chunk) -> None:
        for kind in ("conversations", "messages", "replies"):
            for item in chunk.get(kind, []):
                if not item.get("continued"):
                    self._out.write(self._before + orjson.dumps({"kind": kind, **item}))
                    self._before = b",\n"

    def end(self) -> None:
        self._out.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")


def _add_rows(out: IO[bytes], items: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    out.write(pages.table([item.get(name) for name in columns] for item in items))


_TOLD: Final = {
    "consents": "what you agreed to or refused",
    "purposes": "what your texts are used for, and on which ground",
    "retention": "for how long we keep what",
    "requests": "what you asked for before",
}


def _conversation_of(item: Mapping[str, Any]) -> str:
    """Whose values a record's placeholders stand for."""
    return str(item["conversation_id"] if "conversation_id" in item else item["id"])


def _by_conversation(chunk: Chunk) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Messages and replies of each conversation in the order of time."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for kind in ("messages", "replies"):
        for item in chunk.get(kind, []):
            found.setdefault(item["conversation_id"], []).append((kind, item))
    for items in found.values():
        items.sort(key=lambda pair: str(pair[1]["at"]))
    return found


def _with_values(item: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    return {name: _restore(value, mapping) for name, value in item.items()}


def _restore(value: Any, mapping: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return restore(value, mapping) if "[" in value else value
    if isinstance(value, dict):
        return {_restore(k, mapping): _restore(v, mapping) for k, v in value.items()}
    if isinstance(value, list):
        return [_restore(inner, mapping) for inner in value]
    return value


def _known(request: Request, tx: Transaction) -> dict[str, list[list[object]]]:
    """What privacy itself keeps of a customer, as tables."""
    tenant, subject = request.tenant, request.subject_id or ""
    consents = consents_store.history(tx, tenant, subject)
    rules = consents_store.rules(tx, tenant)
    asked = [
        item
        for item in store.list_requests(tx, tenant, kind=None, status=None, before=None, limit=1000)
        if subject and item.subject_id == subject
    ]
    return {
        "consents": [
            ["purpose", "granted", "at", "source"],
            *[_cells(c.purpose, c.granted, c.at.isoformat(), str(c.source)) for c in consents],
        ],
        "purposes": [["purpose", "rule"], *[_cells(*pair) for pair in sorted(rules.items())]],
        "retention": [
            ["data", "days"],
            *[_cells(*pair) for pair in retention_store.policy(tx, tenant).items()],
        ],
        "requests": [
            ["request", "kind", "status", "asked_at", "done_at"],
            *[
                _cells(r.id, r.kind, r.status, r.created_at.isoformat(), r.done_at or "")
                for r in asked
            ],
        ],
    }


def _cells(*values: object) -> list[object]:
    return list(values)

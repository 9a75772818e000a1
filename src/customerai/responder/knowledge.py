"""Knowledge: documents made safe, cut into passages, embedded and searched."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from customerai.contracts.privacy import AnonymizeRequest, Privacy
from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing
from customerai.core.db import Database, Transaction
from customerai.core.errors import ContentTooLarge, InvalidRequest, NotFound
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText
from customerai.core.settings import ResponderSettings
from customerai.responder import parsing, sentences, store
from customerai.responder.retrieval import (
    Hit,
    IndexedPassage,
    PassageIndex,
    build_query,
    texts_to_embed,
)
from customerai.responder.store import Document, Passage

DIMENSIONS: Final = 384
AUDIENCES: Final = ("customer", "agent")
KNOWLEDGE_MIN_SCORE: Final = 0.6
"""Headings are full of capitals: in the company's own documents a mere guess hides nothing."""


class Embedder(Protocol):
    """Turns safe texts into vectors; implemented by `ml.embedder.SentenceEmbedder`."""

    def embed(self, texts: Sequence[SafeText]) -> NDArray[np.float32]: ...


class DocumentNotFound(NotFound):
    """No knowledge document with that id in this tenant."""

    def __init__(self, document_id: str) -> None:
        super().__init__("No document with that id.", document_id=document_id)


class DocumentTooLong(ContentTooLarge):
    """A knowledge document has more characters than the limit."""


class DocumentInvalid(InvalidRequest):
    """A knowledge document is not of the format that it was sent as, or holds no text."""


@dataclass(frozen=True)
class NewDocument:
    """A document to be added.

    Attributes:
        external: another system's id; adding it again replaces the document.
        audience: who may be told what it says: `customer`, or `agent` for internal guidance.
        kind: of the file that the content was taken from, such as `pdf`; None: it is the content.
    """

    title: str
    format: parsing.Format
    content: str
    external: str | None = None
    audience: str = "customer"
    kind: str | None = None


class KnowledgeService:
    """Keeps documents and finds passages."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        privacy: Privacy,
        embedder: Embedder,
        settings: ResponderSettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._embedder = embedder
        self._settings = settings
        self._reference_key = keys.derive("responder-external-references")
        self._indexes: dict[tuple[str, str], PassageIndex] = {}
        self._loaded: dict[str, dict[str, tuple[int, str]]] = {}

    async def add_document(self, who: Principal, new: NewDocument) -> Document:
        """Add a document, or replace the one with the same external id; searchable on return.

        Raises:
            DocumentTooLong: over the limit of characters.
            DocumentInvalid: not of its format, or without text.
            PrivacyUnavailable: nothing was stored.
        """
        if len(new.content) > self._settings.max_document_chars:
            raise DocumentTooLong(
                f"A document may have {self._settings.max_document_chars} characters."
            )
        document_id = self._document_id(who.tenant, new.external)
        digest = hashlib.sha256(new.content.encode()).hexdigest()
        try:
            parsed = await in_thread(parsing.parse, new.content, new.format)
        except parsing.DocumentUnreadable as error:
            raise DocumentInvalid(str(error)) from error
        if not parsed.passages:
            raise DocumentInvalid("The document holds no text.")
        title, safe = await self._make_safe(who, new.title, parsed.passages)
        passages = await in_thread(self._embed, document_id, safe)
        now = self._clock.now()
        document = Document(
            tenant=who.tenant,
            id=document_id,
            title=title,
            format=new.kind or new.format,
            audience=new.audience,
            digest=digest,
            passages=len(passages),
            version=round(now.timestamp() * 1_000_000),
            updated_at=now,
        )

        def work(tx: Transaction) -> Document:
            stored = store.put_document(tx, document, passages)
            audit.record(
                tx,
                who,
                "responder.document_stored",
                document=stored.id,
                version=stored.version,
                passages=len(passages),
            )
            return stored

        stored = await self._db.write(work, tenant=who.tenant)
        await self._refresh(who.tenant)
        return stored

    async def drop_document(self, who: Principal, document_id: str) -> None:
        """Remove a document from the knowledge.

        Raises:
            DocumentNotFound: not one of this tenant.
        """

        def work(tx: Transaction) -> None:
            if not store.drop_document(tx, who.tenant, document_id):
                raise DocumentNotFound(document_id)
            audit.record(tx, who, "responder.document_dropped", document=document_id)

        await self._db.write(work, tenant=who.tenant)

    async def documents(self, who: Principal, *, after: str | None, limit: int) -> list[Document]:
        """A page of documents by id."""
        return await self._db.read(
            lambda tx: store.list_documents(tx, who.tenant, after=after, limit=limit),
            tenant=who.tenant,
        )

    async def document(
        self, who: Principal, document_id: str
    ) -> tuple[Document, Sequence[Passage]]:
        """One document and its passages.

        Raises:
            DocumentNotFound: not one of this tenant.
        """

        def work(tx: Transaction) -> tuple[Document, Sequence[Passage]]:
            found = store.find_document(tx, who.tenant, document_id)
            if found is None:
                raise DocumentNotFound(document_id)
            passages = store.passages_of(tx, who.tenant, [document_id], DIMENSIONS)
            return found, passages.get(document_id, [])

        return await self._db.read(work, tenant=who.tenant)

    async def make_query_safe(self, who: Principal, turns: Sequence[str]) -> list[SafeText]:
        """A question's turns with their personal data hidden; the values are not kept.

        Raises:
            PrivacyUnavailable: nothing was searched.
        """
        (result,) = await self._privacy.anonymize(
            who,
            [
                AnonymizeRequest(
                    texts=tuple(turns),
                    purpose="search",
                    operators={"DEFAULT": {"operator": "replace"}},
                )
            ],
        )
        return [item.text for item in result.results]

    async def search(
        self,
        tenant: str,
        turns: Sequence[SafeText],
        *,
        k: int,
        audiences: Sequence[str] = AUDIENCES,
    ) -> tuple[list[Hit], NDArray[np.float32]]:
        """The passages for the last of a customer's turns, and the query's vector.

        Args:
            audiences: whose documents are searched; what is meant for agents alone must not be
                told to a customer.
        """
        await self._refresh(tenant)
        indexes = [self._indexes[tenant, audience] for audience in audiences]
        return await in_thread(self._search, indexes, turns, k)

    def _search(
        self, indexes: Sequence[PassageIndex], turns: Sequence[SafeText], k: int
    ) -> tuple[list[Hit], NDArray[np.float32]]:
        vector = self._embedder.embed([build_query(turns)])[0]
        hits = [
            hit
            for index in indexes
            for hit in index.search(turns[-1], vector, history=turns[:-1], k=k)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:k], vector

    async def _refresh(self, tenant: str) -> None:
        """Bring the tenant's indexes, one an audience, up to what the database holds."""
        for audience in AUDIENCES:
            self._indexes.setdefault((tenant, audience), PassageIndex(dimension=DIMENSIONS))
        loaded = self._loaded.get(tenant, {})
        current = await self._db.read(lambda tx: store.document_versions(tx, tenant), tenant=tenant)
        if current == loaded:
            return
        changed = [key for key, state in current.items() if loaded.get(key) != state]
        for gone in [*(loaded.keys() - current.keys()), *changed]:
            for audience in AUDIENCES:
                self._indexes[tenant, audience].remove(gone)
        passages = await self._db.read(
            lambda tx: store.passages_of(tx, tenant, changed, DIMENSIONS),
            tenant=tenant,
        )
        for document_id in changed:
            self._indexes[tenant, current[document_id][1]].put(
                document_id,
                [
                    IndexedPassage(
                        passage_id=item.id,
                        document_id=document_id,
                        heading=item.heading,
                        text=item.text,
                        sentences=tuple(item.sentences),
                        vectors=item.vectors,
                    )
                    for item in passages.get(document_id, [])
                ],
            )
        self._loaded[tenant] = current

    async def _make_safe(
        self,
        who: Principal,
        title: str,
        passages: Sequence[parsing.RawPassage],
    ) -> tuple[SafeText, list[tuple[SafeText, SafeText]]]:
        texts = [title, *(text for item in passages for text in (item.heading, item.text))]
        safe: list[SafeText] = []
        for start in range(0, len(texts), _TEXTS_A_CALL):
            (result,) = await self._privacy.anonymize(
                who,
                [
                    AnonymizeRequest(
                        texts=tuple(texts[start : start + _TEXTS_A_CALL]),
                        purpose="knowledge",
                        min_score=KNOWLEDGE_MIN_SCORE,
                        # Unnumbered: a numbered placeholder would be restored to a value of the
                        # conversation in which the passage is quoted.
                        operators={"DEFAULT": {"operator": "replace"}},
                    )
                ],
            )
            safe.extend(item.text for item in result.results)
        return safe[0], list(zip(safe[1::2], safe[2::2], strict=True))

    def _embed(
        self, document_id: str, passages: Sequence[tuple[SafeText, SafeText]]
    ) -> list[Passage]:
        cut = [sentences.split(text) for _, text in passages]
        texts: list[SafeText] = []
        for (heading, text), spans in zip(passages, cut, strict=True):
            texts.extend(texts_to_embed(heading, text, spans))
        vectors = self._embedder.embed(texts).astype(np.float16)
        made, at = [], 0
        for (heading, text), spans in zip(passages, cut, strict=True):
            made.append(
                Passage(
                    id=new_id("psg"),
                    document_id=document_id,
                    heading=heading,
                    text=text,
                    sentences=spans,
                    vectors=vectors[at : at + 1 + len(spans)],
                )
            )
            at += 1 + len(spans)
        return made

    def _document_id(self, tenant: str, external: str | None) -> str:
        if external is None:
            return new_id("doc")
        text = f"{len(tenant)}:{tenant}:{external}".encode()
        return "doc_" + hmac.new(self._reference_key, text, hashlib.sha256).hexdigest()[:32]


_TEXTS_A_CALL: Final = 200

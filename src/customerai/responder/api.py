"""Routes of the responder."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from customerai.contracts.responder import Role
from customerai.core import paging
from customerai.core.errors import InvalidRequest
from customerai.core.http import Body, Caller, Reply, scope, service_app
from customerai.core.paging import MOST_ROWS
from customerai.core.principal import InternalTokens, Principal
from customerai.core.safe_text import SafeText
from customerai.core.times import is_plausible
from customerai.responder.document_upload import FILE, OfFiles, OfJson, file_of
from customerai.responder.knowledge import KnowledgeService, NewDocument
from customerai.responder.replying import ReplyService
from customerai.responder.service import NewConversation, ResponderService
from customerai.responder.store import StoredReply

Limit = Annotated[int, Query(ge=1, le=100)]
Label = Annotated[str, Field(min_length=1, max_length=64)]
Labels = Annotated[dict[Label, Label], Field(max_length=20)]
External = Annotated[str, Field(min_length=1, max_length=200)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]


class MessageTimeInvalid(InvalidRequest):
    """A message's time names no time zone, or lies outside 1990 to 2099."""

    def __init__(self) -> None:
        super().__init__("A time needs its zone, such as 2026-01-31T09:00:00Z, from 1990 to 2099.")


class ConversationRequest(Body):
    """A conversation to be opened."""

    external_id: External | None = None
    customer_id: External | None = None
    channel: Label = "api"
    groups: Labels = Field(default_factory=dict)
    attributes: Labels = Field(default_factory=dict)


class ConversationReply(Reply):
    """A conversation; its ids tell nothing of the ids that it was opened with."""

    id: str
    channel: str
    status: str
    groups: dict[str, str]
    attributes: dict[str, str]
    messages: int
    started_at: datetime
    last_at: datetime


class ConversationsReply(Reply):
    """A page of conversations, the one with the newest message first."""

    items: list[ConversationReply]
    next: str | None


class MessageRequest(Body):
    """A message to be appended."""

    text: Annotated[str, Field(min_length=1)]
    role: Role = Role.CUSTOMER
    external_id: External | None = None
    at: datetime | None = None


class MessageReply(Reply):
    """A message with its personal data hidden."""

    id: str
    conversation_id: str
    seq: int
    role: Role
    text: str
    at: datetime


class MessagesReply(Reply):
    """A page of a conversation, in order."""

    items: list[MessageReply]
    next: str | None


class CitationReply(Reply):
    """Where a span of a reply comes from; offsets are code points in the reply's text."""

    start: int
    end: int
    document_id: str
    passage_id: str
    quote: str


class ReplyReply(Reply):
    """A reply: answered with citations, or abstained with a coded reason.

    `action` says what to do: `reply` sends the text, `handoff` sends it and calls a person.
    """

    id: str
    conversation_id: str
    message_id: str
    status: Literal["answered", "abstained"]
    action: Literal["reply", "handoff"]
    text: str
    citations: list[CitationReply]
    confidence: float
    reason: str | None
    model: str
    receipt: str
    at: datetime


class RepliesReply(Reply):
    """Replies that were made for a conversation, newest first."""

    items: list[ReplyReply]
    next: str | None


class ReplyRequest(Body):
    """Which customer message to answer; by default the newest."""

    message_id: Annotated[str, Field(max_length=64)] | None = None


class DocumentRequest(Body):
    """A knowledge document."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    format: Literal["markdown", "html", "text", "json"]
    content: Annotated[str, Field(min_length=1)]
    external_id: External | None = None
    audience: Literal["customer", "agent"] = "customer"


class DocumentReply(Reply):
    """A knowledge document without its passages."""

    id: str
    title: str
    format: str
    audience: str
    passages: int
    updated_at: datetime


class DocumentsReply(Reply):
    """A page of documents."""

    items: list[DocumentReply]
    next: str | None


class PassageReply(Reply):
    """A piece of a document."""

    id: str
    heading: str
    text: str


class DocumentDetailReply(DocumentReply):
    """A document with its passages in order."""

    content: list[PassageReply]


class SearchRequest(Body):
    """A question, with the customer's turns before it."""

    query: Annotated[str, Field(min_length=1, max_length=10_000)]
    history: Annotated[list[Annotated[str, Field(max_length=10_000)]], Field(max_length=20)] = (
        Field(default_factory=list)
    )
    k: Annotated[int, Field(ge=1, le=100)] = 8


class HitReply(Reply):
    """A passage that was found."""

    document_id: str
    passage_id: str
    heading: str
    text: str
    score: float


class SearchReply(Reply):
    """Passages, best first."""

    items: list[HitReply]


def build(
    service: ResponderService,
    knowledge: KnowledgeService,
    replies: ReplyService,
    tokens: InternalTokens,
) -> FastAPI:
    """The application that serves `/v1/responder`."""
    app = service_app("responder", tokens)
    app.include_router(_conversations(service), prefix="/v1/responder")
    app.include_router(_replies(replies), prefix="/v1/responder")
    app.include_router(_documents(knowledge), prefix="/v1/responder")
    return app


def _conversations(service: ResponderService) -> APIRouter:
    router = APIRouter(tags=["responder"])

    @router.post("/conversations", status_code=201, openapi_extra=scope("responder:write"))
    async def create_conversation(
        body: ConversationRequest, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> ConversationReply:
        """Open a conversation; the same `external_id` or `Idempotency-Key` finds it again."""
        opened = await service.open_conversation(
            who,
            NewConversation(
                external=body.external_id or idempotency_key,
                customer=body.customer_id,
                channel=body.channel,
                groups=body.groups,
                attributes=body.attributes,
            ),
        )
        return ConversationReply.model_validate(opened)

    @router.get("/conversations", openapi_extra=scope("responder:read"))
    async def list_conversations(
        who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> ConversationsReply:
        """Conversations, the one with the newest message first."""
        found = await service.conversations(who, before=paging.decode(cursor), limit=limit)
        return ConversationsReply(
            items=[ConversationReply.model_validate(item) for item in found],
            next=(paging.encode(found[-1].last_at, found[-1].id) if len(found) == limit else None),
        )

    @router.get("/conversations/{conversation_id}", openapi_extra=scope("responder:read"))
    async def get_conversation(conversation_id: str, who: Caller) -> ConversationReply:
        """One conversation."""
        return ConversationReply.model_validate(await service.conversation(who, conversation_id))

    @router.post(
        "/conversations/{conversation_id}/messages",
        status_code=201,
        openapi_extra=scope("responder:write"),
    )
    async def create_message(
        conversation_id: str,
        body: MessageRequest,
        who: Caller,
        idempotency_key: IdempotencyKey = None,
    ) -> MessageReply:
        """Append a message; the same `external_id` or `Idempotency-Key` finds it again."""
        if body.at is not None and not is_plausible(body.at):
            raise MessageTimeInvalid
        stored = await service.add_message(
            who,
            conversation_id,
            role=body.role,
            text=body.text,
            external=body.external_id or idempotency_key,
            at=None if body.at is None else body.at.astimezone(timezone.utc),
        )
        return MessageReply.model_validate(stored)

    @router.get("/conversations/{conversation_id}/messages", openapi_extra=scope("responder:read"))
    async def list_messages(
        conversation_id: str,
        who: Caller,
        cursor: Annotated[int, Query(ge=-1, le=MOST_ROWS)] = -1,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> MessagesReply:
        """A page of a conversation, in order."""
        found = await service.conversation_messages(who, conversation_id, after=cursor, limit=limit)
        return MessagesReply(
            items=[MessageReply.model_validate(item) for item in found],
            next=str(found[-1].seq) if len(found) == limit else None,
        )

    return router


def _replies(replies: ReplyService) -> APIRouter:
    router = APIRouter(tags=["responder"])

    @router.post(
        "/conversations/{conversation_id}/replies",
        status_code=201,
        openapi_extra=scope("responder:write"),
    )
    async def create_reply(
        conversation_id: str,
        who: Caller,
        body: ReplyRequest | None = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ReplyReply:
        """Answer a customer's turn from the knowledge, or abstain and say why.

        The same `Idempotency-Key` in a conversation gives the first reply again.
        """
        message_id = None if body is None else body.message_id
        made = await replies.reply(who, conversation_id, message_id=message_id, key=idempotency_key)
        return _reply(made)

    @router.get("/conversations/{conversation_id}/replies", openapi_extra=scope("responder:read"))
    async def list_replies(conversation_id: str, who: Caller, limit: Limit = 20) -> RepliesReply:
        """Replies that were made for a conversation, newest first."""
        found = await replies.replies(who, conversation_id, limit=limit)
        return RepliesReply(items=[_reply(item) for item in found], next=None)

    return router


def _documents(knowledge: KnowledgeService) -> APIRouter:
    router = APIRouter(tags=["knowledge"])
    files = APIRouter(tags=["knowledge"], route_class=OfFiles)
    texts = APIRouter(tags=["knowledge"], route_class=OfJson)

    @files.post(
        "/documents",
        status_code=201,
        openapi_extra=scope("responder:write"),
        include_in_schema=False,
    )
    async def create_document_of_file(
        request: Request, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> DocumentReply:
        """Add the text of a file; told of in the document as a content type of the other route."""
        stored = await knowledge.add_document(who, await _document_of(request, idempotency_key))
        return DocumentReply.model_validate(stored)

    @texts.post("/documents", status_code=201, openapi_extra={**scope("responder:write"), **FILE})
    async def create_document(
        body: DocumentRequest, who: Caller, idempotency_key: IdempotencyKey = None
    ) -> DocumentReply:
        """Add a document, or replace the one with the same `external_id`; searchable at once.

        As a file, the text of PDF and Word files is taken; pictures in them are not read.
        """
        stored = await knowledge.add_document(
            who,
            NewDocument(
                title=body.title,
                format=body.format,
                content=body.content,
                external=body.external_id or idempotency_key,
                audience=body.audience,
            ),
        )
        return DocumentReply.model_validate(stored)

    router.include_router(files)
    router.include_router(texts)

    @router.get("/documents", openapi_extra=scope("responder:read"))
    async def list_documents(
        who: Caller, cursor: str | None = None, limit: Limit = 50
    ) -> DocumentsReply:
        """The knowledge documents."""
        found = await knowledge.documents(who, after=cursor, limit=limit)
        return DocumentsReply(
            items=[DocumentReply.model_validate(item) for item in found],
            next=found[-1].id if len(found) == limit else None,
        )

    @router.get("/documents/{document_id}", openapi_extra=scope("responder:read"))
    async def get_document(document_id: str, who: Caller) -> DocumentDetailReply:
        """One document with its passages."""
        document, passages = await knowledge.document(who, document_id)
        return DocumentDetailReply(
            **DocumentReply.model_validate(document).model_dump(),
            content=[PassageReply.model_validate(item) for item in passages],
        )

    @router.delete(
        "/documents/{document_id}", status_code=204, openapi_extra=scope("responder:write")
    )
    async def delete_document(document_id: str, who: Caller) -> None:
        """Remove a document from the knowledge."""
        await knowledge.drop_document(who, document_id)

    @router.post("/searches", openapi_extra=scope("responder:read"))
    async def create_search(body: SearchRequest, who: Caller) -> SearchReply:
        """Find passages; personal data in the question is hidden before it is embedded."""
        hits = await _search(knowledge, who, body)
        return SearchReply(items=hits)

    return router


async def _document_of(request: Request, idempotency_key: str | None) -> NewDocument:
    """The document in an uploaded file."""
    sent = await file_of(request)
    told = {"format": sent.found.format, "content": sent.found.text}
    try:
        body = DocumentRequest.model_validate({"title": sent.title, **sent.fields, **told})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    return NewDocument(
        title=body.title,
        format=body.format,
        content=body.content,
        external=body.external_id or idempotency_key,
        audience=body.audience,
        kind=sent.found.kind,
    )


async def _search(
    knowledge: KnowledgeService, who: Principal, body: SearchRequest
) -> list[HitReply]:
    turns: list[SafeText] = await knowledge.make_query_safe(who, [*body.history, body.query])
    hits, _ = await knowledge.search(who.tenant, turns, k=body.k)
    return [
        HitReply(
            document_id=hit.document_id,
            passage_id=hit.passage_id,
            heading=hit.passage.heading,
            text=hit.text,
            score=round(hit.score, 4),
        )
        for hit in hits
    ]


def _reply(stored: StoredReply) -> ReplyReply:
    return ReplyReply(
        id=stored.id,
        conversation_id=stored.conversation_id,
        message_id=stored.message_id,
        status="answered" if stored.status == "answered" else "abstained",
        action="reply" if stored.action == "reply" else "handoff",
        text=stored.text,
        citations=[CitationReply(**citation) for citation in stored.citations],
        confidence=stored.confidence,
        reason=stored.reason,
        model=stored.model,
        receipt=stored.receipt_id,
        at=stored.at,
    )

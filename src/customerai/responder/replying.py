"""Replies: grounded in passages and cited, or handed to a person with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from customerai.contracts.events import DecisionMade
from customerai.contracts.privacy import AnonymizeRequest, Privacy
from customerai.contracts.responder import Role
from customerai.contracts.rights import Consents, Purpose
from customerai.core import audit, outbox
from customerai.core.clock import Clock
from customerai.core.db import Database, Transaction
from customerai.core.errors import Conflict
from customerai.core.ids import new_id
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText, compose, digest_of, join
from customerai.core.settings import ResponderSettings
from customerai.core.telemetry import Metrics
from customerai.ml.chat import ChatMessage, ChatModel, ModelUnavailable
from customerai.responder import grounding, intake, sentences, store
from customerai.responder.extraction import Citation, Draft, compose_reply
from customerai.responder.knowledge import KNOWLEDGE_MIN_SCORE, KnowledgeService
from customerai.responder.retrieval import Hit
from customerai.responder.service import ResponderService
from customerai.responder.store import Conversation, Message, StoredReply

log = structlog.get_logger(__name__)

POLICY_VERSION: Final = "reply-1"
EXTRACTIVE: Final = "extractive-1"
_RECENT_MESSAGES: Final = 40
_PASSAGES: Final = 8
_CITED: Final = re.compile(r"\[(\d{1,2})\]")
_CITED_FIRST: Final = re.compile(r"(?:\[\d{1,2}\]\s*)+")
_WORD: Final = re.compile(r"\w")
_STAND_IN: Final = re.compile(r"\[[A-Z][A-Z0-9_]*_\d+\]")

# What the customer reads when nothing can be said from the knowledge: never silence.
_HANDOFF: Final[Mapping[str, SafeText]] = {
    "no_knowledge": compose("I cannot answer this myself. I am passing you to a colleague."),
    "no_evidence": compose(
        "I have found nothing on this in our help pages. I am passing you to a colleague."
    ),
    "low_confidence": compose(
        "I am not sure enough to answer this. I am passing you to a colleague."
    ),
    "human_requested": compose("Of course. I am passing you to a colleague."),
    "injection": compose("I cannot help with this request. I am passing you to a colleague."),
    "small_talk": compose("How can I help you?"),
    "no_consent": compose("A colleague will answer you. I am passing you on."),
}
_SYSTEM: Final = compose(
    "You answer a customer from numbered passages. Use only what they say. After each sentence "
    "write the number of its passage, like [1]. If they do not answer the question, write NONE. "
    "Words such as [PERSON_1] stand for hidden values: keep them as they are."
)


class NothingToAnswer(Conflict):
    """The conversation has no message of a customer yet."""

    def __init__(self) -> None:
        super().__init__("There is no such message of a customer to answer.")


@dataclass(frozen=True)
class _Verdict:
    """A draft with what is done about it."""

    draft: Draft
    text: SafeText
    action: str
    reason: str | None
    outcome: str
    model: str


class ReplyService:
    """Makes replies and records each as a decision."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        privacy: Privacy,
        responder: ResponderService,
        knowledge: KnowledgeService,
        model: ChatModel | None,
        settings: ResponderSettings,
        metrics: Metrics,
        consents: Consents | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._privacy = privacy
        self._consents = consents
        self._responder = responder
        self._knowledge = knowledge
        self._model = model
        self._settings = settings
        self._metrics = metrics

    async def reply(
        self,
        who: Principal,
        conversation_id: str,
        *,
        message_id: str | None = None,
        key: str | None = None,
    ) -> StoredReply:
        """Answer a turn of a conversation's customer, by default the newest.

        Args:
            message_id: the customer's message to answer, with what was said up to then.
            key: asked again under the same key, the first reply is given again.

        Raises:
            ConversationNotFound: not a conversation of this tenant.
            NothingToAnswer: no customer has written yet, or the message is not a customer's.
            PrivacyUnavailable: a prompt or a model's wording could not be checked; there is no
                reply.
        """
        conversation = await self._responder.conversation(who, conversation_id)
        reply_id = new_id("rply")
        if key is not None:
            reply_id = self._responder.reply_id(who, conversation_id, key)
            before = await self._db.read(
                lambda tx: store.find_reply(tx, who.tenant, conversation_id, reply_id),
                tenant=who.tenant,
            )
            if before is not None:
                return before
        recent = await self._db.read(
            lambda tx: store.last_messages(
                tx, who.tenant, conversation_id, until=message_id, limit=_RECENT_MESSAGES
            ),
            tenant=who.tenant,
        )
        turns = customer_turns(recent)[-self._settings.history_turns :]
        asked = next((m for m in reversed(recent) if m.role is Role.CUSTOMER), None)
        if asked is None or message_id not in (None, asked.id):
            raise NothingToAnswer
        verdict = await self._judge(who, conversation_id, turns)
        made = StoredReply(
            tenant=who.tenant,
            conversation_id=conversation_id,
            id=reply_id,
            message_id=asked.id,
            status=verdict.draft.status,
            action=verdict.action,
            reason=verdict.reason,
            text=verdict.text,
            citations=[
                {**vars(citation), "quote": str(citation.quote)}
                for citation in verdict.draft.citations
            ],
            confidence=round(verdict.draft.confidence, 4),
            model=verdict.model,
            receipt_id=new_id("rcpt"),
            at=self._clock.now(),
        )
        stored = await self._db.write(
            partial(
                self._record,
                who,
                conversation,
                made,
                outcome=verdict.outcome,
                at=asked.at,
                digest=digest_of(turns),
            ),
            tenant=who.tenant,
        )
        self._metrics.replies.labels(status=stored.status, reason=stored.reason or "none").inc()
        return stored

    async def replies(
        self, who: Principal, conversation_id: str, *, limit: int
    ) -> list[StoredReply]:
        """Replies that were made for a conversation, newest first.

        Raises:
            ConversationNotFound: not a conversation of this tenant.
        """
        await self._responder.conversation(who, conversation_id)
        return await self._db.read(
            lambda tx: store.list_replies(tx, who.tenant, conversation_id, limit=limit),
            tenant=who.tenant,
        )

    async def _judge(
        self, who: Principal, conversation_id: str, turns: Sequence[SafeText]
    ) -> _Verdict:
        last = turns[-1]
        if intake.asks_for_human(last):
            return _unanswered("human_requested", action="handoff", outcome="escalated")
        if intake.looks_like_injection(last):
            return _unanswered("injection", action="handoff", outcome="escalated")
        if intake.is_small_talk(last):
            return _unanswered("small_talk", action="reply", outcome="small_talk")
        if not await self._consented(who, conversation_id):
            return _unanswered("no_consent", action="handoff", outcome="abstained")
        hits, vector = await self._knowledge.search(
            who.tenant, turns, k=_PASSAGES, audiences=("customer",)
        )
        draft = compose_reply(
            last,
            vector,
            hits,
            max_sentences=self._settings.max_sentences,
            min_confidence=self._settings.min_confidence,
        )
        if draft.status == "abstained":
            reason = draft.reason or "no_evidence"
            return _Verdict(draft, _HANDOFF[reason], "handoff", reason, "abstained", EXTRACTIVE)
        name = EXTRACTIVE
        if self._model is not None:
            worded = await self._worded(who, last, hits, draft)
            if worded is not None:
                draft, name = worded, self._model.name
        return _Verdict(draft, draft.text, "reply", None, "answered", name)

    async def _consented(self, who: Principal, conversation_id: str) -> bool:
        """Whether the customer's words may go to a model; without one nothing goes anywhere.

        Raises:
            PrivacyUnavailable: nobody knows, so the model is not called.
        """
        if self._model is None or self._consents is None:
            return True
        (allowed,) = await self._consents.allowed(who, Purpose.MODEL_CALL, [conversation_id])
        return allowed

    async def _worded(
        self,
        who: Principal,
        question: SafeText,
        hits: Sequence[Hit],
        draft: Draft,
    ) -> Draft | None:
        """The draft in a model's words, or None when they are not all supported."""
        assert self._model is not None
        cited = [citation.passage_id for citation in draft.citations]
        chosen = [hit for hit in hits if hit.passage_id in cited] or list(hits[:1])
        prompt = _prompt(question, chosen)
        if not await self._cleared(who, prompt):
            return None
        try:
            answer = await self._model.complete(prompt)
        except ModelUnavailable:
            log.warning("responder.model_unavailable", model=self._model.name)
            return None
        # What a model writes is text like any other: it is made safe before it is kept.
        (result,) = await self._privacy.anonymize(
            who,
            [
                AnonymizeRequest(
                    texts=(answer,),
                    purpose="model-answer",
                    operators={"DEFAULT": {"operator": "replace"}},
                )
            ],
        )
        if result.results[0].spans:
            return None  # nothing it read held a value, so it made this one up
        return _check(result.results[0].text, question, chosen, draft)

    async def _cleared(self, who: Principal, prompt: Sequence[ChatMessage]) -> bool:
        """Look once more at what is about to leave, and leave a receipt of it.

        Every part was made safe when it came in; privacy may have stopped since, and then nothing
        goes on.

        Raises:
            PrivacyUnavailable: the model was not called.
        """
        assert self._model is not None
        (result,) = await self._privacy.anonymize(
            who,
            [
                AnonymizeRequest(
                    texts=tuple(message.content for message in prompt),
                    purpose="model-call",
                    operators={"DEFAULT": {"operator": "replace"}},
                    min_score=KNOWLEDGE_MIN_SCORE,
                )
            ],
        )
        clean = not any(item.spans for item in result.results)
        name, receipt = self._model.name, result.receipt
        action = "responder.model_called" if clean else "responder.model_call_withheld"
        await self._db.write(
            lambda tx: audit.record(
                tx, who, action, receipt=receipt.id, model=name, digest=receipt.digest
            ),
            tenant=who.tenant,
        )
        return clean

    def _record(
        self,
        who: Principal,
        conversation: Conversation,
        made: StoredReply,
        tx: Transaction,
        *,
        outcome: str,
        at: datetime,
        digest: str,
    ) -> StoredReply:
        if not store.add_reply(tx, made):  # made at the same time, under the same key
            first = store.find_reply(tx, who.tenant, conversation.id, made.id)
            assert first is not None
            return first
        outbox.add(
            tx,
            DecisionMade(
                tenant=who.tenant,
                decision_id=made.id,
                kind="reply",
                outcome=outcome,
                score=made.confidence,
                policy_version=POLICY_VERSION,
                conversation_id=conversation.id,
                channel=str(conversation.channel),
                groups=conversation.groups,
                at=at.isoformat(),
            ),
        )
        audit.record(
            tx,
            who,
            "responder.reply_made",
            receipt=made.receipt_id,
            reply=made.id,
            conversation=conversation.id,
            model=made.model,
            purpose="reply",
            digest=digest,
            outcome=outcome,
            reason=made.reason,
            policy_version=POLICY_VERSION,
            passages=[citation["passage_id"] for citation in made.citations],
        )
        return made


def customer_turns(messages: Sequence[Message]) -> list[SafeText]:
    """What the customer said in each of their turns; messages in a row are one turn."""
    turns: list[list[SafeText]] = []
    before: Role | None = None
    for message in messages:
        if message.role is Role.CUSTOMER:
            if before is Role.CUSTOMER:
                turns[-1].append(message.text)
            else:
                turns.append([message.text])
        before = message.role
    return [join("\n", turn) for turn in turns]


def _unanswered(reason: str, *, action: str, outcome: str) -> _Verdict:
    text = _HANDOFF[reason]
    draft = Draft("abstained", text, (), 0.0, None)
    return _Verdict(draft, text, action, reason, outcome, EXTRACTIVE)


def _prompt(question: SafeText, hits: Sequence[Hit]) -> list[ChatMessage]:
    passages = [
        compose("[{n}] {text}", n=_NUMBERS[number], text=hit.text)
        for number, hit in enumerate(hits)
    ]
    return [
        ChatMessage("system", _SYSTEM),
        ChatMessage(
            "user",
            compose(
                "Passages:\n{passages}\n\nQuestion: {question}",
                passages=join("\n\n", passages),
                question=question,
            ),
        ),
    ]


_NUMBERS: Final = (
    compose("1"), compose("2"), compose("3"), compose("4"),
    compose("5"), compose("6"), compose("7"), compose("8"),
)  # fmt: skip


def _check(answer: SafeText, question: SafeText, hits: Sequence[Hit], draft: Draft) -> Draft | None:
    """The model's answer as a draft, if each of its sentences cites a passage that supports it."""
    read = {name for text in (question, *(hit.text for hit in hits)) for name in _stand_ins(text)}
    if not _stand_ins(answer) <= read:
        return None
    citations = []
    for start, end in _cited_sentences(answer):
        numbers = [int(n) for n in _CITED.findall(answer[start:end])]
        if not numbers or not all(1 <= n <= len(hits) for n in numbers):
            return None
        cited = [hits[n - 1] for n in numbers]
        said = _STAND_IN.sub(" ", _CITED.sub("", answer[start:end]))
        if not _WORD.search(said) or grounding.unsupported(said, [hit.text for hit in cited]):
            return None
        citations.append(
            Citation(
                start=start,
                end=end,
                document_id=cited[0].document_id,
                passage_id=cited[0].passage_id,
                quote=cited[0].text,
            )
        )
    if not citations:
        return None
    return Draft("answered", answer, tuple(citations), draft.confidence, None)


def _stand_ins(text: str) -> set[str]:
    return set(_STAND_IN.findall(text))


def _cited_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, each with the citations that follow its full stop."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences.split(text):
        first = _CITED_FIRST.match(text, start, end)
        if first is None or not spans:
            spans.append((start, end))
            continue
        spans[-1] = (spans[-1][0], start + len(first[0].rstrip()))
        if first.end() < end:
            spans.append((first.end(), end))
    return spans

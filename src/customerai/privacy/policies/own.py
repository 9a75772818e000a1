"""Recognizers that a tenant describes: a few patterns, a list of words, or a server of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from customerai.privacy.policies.model import (
    NEVER_ENTITIES,
    EntityType,
    Fault,
    Pattern,
    RecognizerName,
    Word,
)
from customerai.privacy.recognizers.custom import (
    BadPattern,
    DenyListRecognizer,
    PatternListRecognizer,
)
from customerai.privacy.recognizers.spans import Recognizer

PREFIX: Final = "own."
"""Begins the name of a tenant's recognizer in a span, so that it is no built-in one's."""


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RecognizerName
    description: Annotated[str, Field(max_length=500)] = ""


class OnePattern(BaseModel):
    """A regular expression (RE2) and how sure a match is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regex: Pattern
    score: Annotated[float, Field(gt=0, le=1)] = 0.6


class PatternSpec(_Spec):
    """One entity type by patterns; a context word near a match makes it surer."""

    kind: Literal["pattern"]
    entity: EntityType
    patterns: Annotated[list[OnePattern], Field(min_length=1, max_length=64)]
    context: Annotated[list[Word], Field(max_length=500)] = Field(default_factory=list)


class ListSpec(_Spec):
    """One entity type by its words."""

    kind: Literal["list"]
    entity: EntityType
    words: Annotated[list[Word], Field(min_length=1, max_length=50_000)]
    whole_words: bool = True
    ignore_case: bool = True
    score: Annotated[float, Field(gt=0, le=1)] = 0.9


class RemoteSpec(_Spec):
    """Some entity types by a server, which is sent the texts as they are.

    Attributes:
        url: where it listens; only below an address of the setting `privacy.remote_recognizers`.
        entities: the types that it may answer; another one is a failure.
        timeout_s: for a whole answer; past it nothing goes on.
    """

    kind: Literal["remote"]
    url: Annotated[str, Field(min_length=8, max_length=500)]
    entities: Annotated[list[EntityType], Field(min_length=1, max_length=64)]
    timeout_s: Annotated[float, Field(gt=0, le=10)] = 2.0


Spec = Annotated[PatternSpec | ListSpec | RemoteSpec, Field(discriminator="kind")]


def entities_of(spec: PatternSpec | ListSpec | RemoteSpec) -> list[str]:
    """The types that a recognizer may find."""
    return list(spec.entities) if isinstance(spec, RemoteSpec) else [spec.entity]


def with_words(spec: ListSpec, words: Sequence[str]) -> ListSpec:
    """A list with other words, each once, in order.

    Raises:
        ValueError: there are too many, or one is too long.
    """
    return ListSpec.model_validate({**spec.model_dump(), "words": list(dict.fromkeys(words))})


def faults(spec: PatternSpec | ListSpec | RemoteSpec) -> list[Fault]:
    """What cannot be used about a recognizer; addresses are looked at elsewhere."""
    found = [
        Fault("entity" if spec.kind != "remote" else f"entities.{index}", "is no entity type")
        for index, entity in enumerate(entities_of(spec))
        if entity in NEVER_ENTITIES
    ]
    if not isinstance(spec, RemoteSpec):
        try:
            made(spec)
        except BadPattern as error:
            place = "patterns" if isinstance(spec, PatternSpec) else "words"
            at = "" if error.index is None else f".{error.index}.regex"
            found.append(Fault(f"{place}{at}", error.reason))
    return found


def made(spec: PatternSpec | ListSpec) -> Recognizer:
    """The recognizer that a description asks for.

    Raises:
        BadPattern: a pattern or the list cannot be used.
    """
    if isinstance(spec, PatternSpec):
        patterns = [(one.regex, one.score) for one in spec.patterns]
        return PatternListRecognizer(PREFIX + spec.name, spec.entity, patterns, spec.context)
    return DenyListRecognizer(
        PREFIX + spec.name,
        spec.entity,
        spec.words,
        whole_words=spec.whole_words,
        ignore_case=spec.ignore_case,
        score=spec.score,
    )

"""The privacy service as others see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from customerai.core.errors import NotFound, Unavailable
from customerai.core.principal import Principal
from customerai.core.safe_text import SafeText


class PrivacyUnavailable(Unavailable):
    """Personal data cannot be found and hidden right now, so nothing was passed on."""

    def __init__(self) -> None:
        super().__init__("The privacy service does not answer; nothing was passed on. Try again.")


class SessionNotFound(NotFound):
    """No privacy session with that id in this tenant."""

    def __init__(self, session_id: str) -> None:
        super().__init__("No privacy session with that id.", session_id=session_id)


@dataclass(frozen=True)
class HiddenSpan:
    """A value that was found and hidden.

    Attributes:
        start, end: code points in the original text, end exclusive.
        safe_start, safe_end: code points of what stands for it in the safe text.
    """

    type: str
    start: int
    end: int
    score: float
    recognizer: str
    safe_start: int
    safe_end: int


@dataclass(frozen=True)
class AnonymizedText:
    """One text made safe."""

    text: SafeText
    spans: tuple[HiddenSpan, ...]


@dataclass(frozen=True)
class AnonymizeRequest:
    """Texts of one session, in order.

    Attributes:
        session_id: values that recur in a session keep their placeholder; None opens a new one.
        open_session: open a session of that id when there is none yet.
        subject: whose data key seals the values; None means the session's own.
        purpose: why the texts are made safe, such as `message`; stands in the receipt.
        operators: entity type to operator settings, in place of numbered placeholders.
        labels: the texts are names of channels and groups: what such a name may be is left.
        min_score: spans below this score are left as they are.
    """

    texts: tuple[str, ...]
    session_id: str | None = None
    open_session: bool = False
    subject: str | None = None
    purpose: str = "api"
    operators: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    labels: bool = False
    min_score: float = 0.0


@dataclass(frozen=True)
class Receipt:
    """What was hidden, by which rules; its entry stands in the audit log.

    Attributes:
        digest: SHA-256 in hex over the safe texts, each preceded by its length.
    """

    id: str
    at: datetime
    purpose: str
    policy_version: str
    recognizer_version: str
    entities: Mapping[str, int]
    texts: int
    digest: str


@dataclass(frozen=True)
class AnonymizeResult:
    """The texts of one request, made safe."""

    session_id: str
    results: tuple[AnonymizedText, ...]
    receipt: Receipt


class Privacy(Protocol):
    """Finds and hides personal data; the only maker of `SafeText`."""

    async def anonymize(
        self, who: Principal, requests: Sequence[AnonymizeRequest]
    ) -> list[AnonymizeResult]:
        """Make texts safe; values that are replaced by placeholders are sealed in the vault.

        Raises:
            PrivacyUnavailable: nothing was made safe and nothing may go on.
            SessionNotFound: a request names a session that is not this tenant's.
        """
        ...

    async def restore(self, who: Principal, session_id: str, texts: Sequence[str]) -> list[str]:
        """Put the values of a session back where their placeholders stand.

        Raises:
            PrivacyUnavailable: the vault does not answer.
            SessionNotFound: no such session in this tenant.
        """
        ...

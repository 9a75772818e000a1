"""Recognizers that a tenant configures without code: own patterns, lists, and what to allow.

All are pure values, made once for a policy and then used for many texts, from any thread. Own
patterns run on RE2: their time is linear in the text, whatever the pattern.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import re2

from customerai.privacy.recognizers.spans import Reason, Span

MAX_PATTERNS: Final = 64
MAX_PATTERN_LENGTH: Final = 1_000
MAX_WORDS: Final = 50_000
MAX_WORD_LENGTH: Final = 200
_PROGRAM_BYTES: Final = 4 << 20  # of one compiled pattern; what needs more is refused
_LISTS_BYTES: Final = 256 << 20
_RAISE: Final = 0.35  # what a context word adds, and the least score it gives: Presidio's figures
_LEAST_BESIDE: Final = 0.4
_BEFORE: Final = 48
_AFTER: Final = 16
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


class BadPattern(ValueError):
    """A pattern or list cannot be used.

    Attributes:
        index: place of the pattern in its list, from 0; None: it is not about a single one.
        reason: what is wrong, without a piece of the pattern.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        self.index = index
        self.reason = reason
        super().__init__(reason if index is None else f"Pattern {index + 1}: {reason}")


def compiled(pattern: str, index: int | None = None, *, ignore_case: bool = True) -> Any:
    """An RE2 expression of a tenant's pattern.

    Raises:
        BadPattern: it is empty, too long, too large, not RE2 syntax, or matches the empty text.
    """
    if not pattern:
        raise BadPattern("is empty", index)
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise BadPattern(f"is longer than {MAX_PATTERN_LENGTH} characters", index)
    try:
        expression = re2.compile(pattern, _options(ignore_case=ignore_case))
    except re2.error as error:
        raise BadPattern(_why(error), index) from None
    except UnicodeEncodeError:
        raise BadPattern("holds half of a surrogate pair", index) from None
    if expression.search("") is not None:
        raise BadPattern("matches the empty text, so it would match everywhere", index)
    return expression


def _options(*, ignore_case: bool, literal_bytes: int = _PROGRAM_BYTES) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.max_mem = literal_bytes
    options.log_errors = False
    return options


def _why(error: Exception) -> str:
    """What RE2 says, without the piece of the pattern that it quotes."""
    raw = error.args[0] if error.args else ""
    said = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    kind = said.partition(":")[0].strip()
    if "perl operator" in kind or "escape" in kind:
        return f"{kind}; look-around and back references are not supported (RE2 syntax)"
    return f"{kind or 'is no regular expression'} (RE2 syntax)"


class PatternListRecognizer:
    """One entity type by regular expressions, each with a score, raised by context words.

    Args:
        patterns: pairs of an RE2 expression and its score in (0, 1]; letters match in any case.
        context: words or phrases; one of them in the 48 characters before or the 16 after a
            match adds 0.35 to its score and makes it at least 0.4.

    Raises:
        BadPattern: a pattern cannot be used, or there are none or too many.
    """

    def __init__(
        self,
        name: str,
        entity: str,
        patterns: Sequence[tuple[str, float]],
        context: Sequence[str] = (),
    ) -> None:
        if not patterns:
            raise BadPattern("at least one pattern is needed")
        if len(patterns) > MAX_PATTERNS:
            raise BadPattern(f"there are more than {MAX_PATTERNS} patterns")
        for index, (_, score) in enumerate(patterns):
            if not 0 < score <= 1:
                raise BadPattern("its score is not above 0 and at most 1", index)
        self.name = name
        self.entities = frozenset({entity})
        self._entity = entity
        self._patterns = [
            (compiled(pattern, index), score, Reason(f"{name}.{index + 1}", before=score))
            for index, (pattern, score) in enumerate(patterns)
        ]
        self._context = _context(context)
        self.version = _digest(entity, *(f"{p}\0{s}" for p, s in patterns), *context)

    def find(self, text: str) -> list[Span]:
        """The matches of every pattern; empty ones are left out."""
        readable = _readable(text)
        spans: list[Span] = []
        for expression, score, reason in self._patterns:
            for match in expression.finditer(readable):
                start, end = match.span()
                if start < end:
                    spans.append(self._span(text, start, end, score, reason))
        return spans

    def _span(self, text: str, start: int, end: int, score: float, reason: Reason) -> Span:
        if self._context is not None:
            near = self._context.search(text, max(0, start - _BEFORE), start)
            near = near or self._context.search(text, end, end + _AFTER)
            if near is not None:
                reason = Reason(reason.pattern, near[0].casefold(), before=score)
                score = min(1.0, max(score + _RAISE, _LEAST_BESIDE))
        return Span(self._entity, start, end, score, self.name, reason)


class DenyListRecognizer:
    """One entity type by a list of words and phrases, thousands of them at the cost of one.

    Args:
        words: what to find; blanks inside stand for any run of blanks.
        whole_words: only between word edges; False: anywhere, also inside words.
        ignore_case: letters match in any case.
        score: of every span; a tenant's own list is believed.

    Raises:
        BadPattern: no word is left, there are too many, or one is too long.
    """

    def __init__(
        self,
        name: str,
        entity: str,
        words: Iterable[str],
        *,
        whole_words: bool = True,
        ignore_case: bool = True,
        score: float = 0.9,
    ) -> None:
        wanted = sorted({" ".join(word.split()) for word in words} - {""})
        if not wanted:
            raise BadPattern("at least one word is needed")
        if len(wanted) > MAX_WORDS:
            raise BadPattern(f"there are more than {MAX_WORDS} words")
        if any(len(word) > MAX_WORD_LENGTH for word in wanted):
            raise BadPattern(f"a word is longer than {MAX_WORD_LENGTH} characters")
        self.name = name
        self.entities = frozenset({entity})
        self._entity = entity
        self._score = score
        self._reason = Reason(f"{name}.list", before=score)
        self._fold = ignore_case
        self._phrases: dict[str, _Phrases] | None = None
        self._anywhere: Any = None
        if whole_words:
            self._phrases = _by_first_token(wanted, fold=ignore_case)
        else:
            self._anywhere = _alternation(wanted, ignore_case=ignore_case)
        self.version = _digest(entity, str((whole_words, ignore_case, score)), *wanted)

    def find(self, text: str) -> list[Span]:
        """The listed words of a text; where several begin at one place, the longest."""
        if self._phrases is None:
            places = [match.span() for match in self._anywhere.finditer(_readable(text))]
        else:
            places = _whole_words(text, self._phrases, fold=self._fold)
        return [
            Span(self._entity, start, end, self._score, self.name, self._reason)
            for start, end in places
        ]


@dataclass(frozen=True)
class AllowList:
    """What is never personal data for a tenant.

    Attributes:
        values: whole spans that are let through, blanks at their edges aside.
        patterns: RE2 expressions; a span that one of them matches is let through.
        ignore_case: letters match in any case.
        whole: a pattern has to match the whole span; False: any part of it.

    Raises:
        BadPattern: a pattern cannot be used.
    """

    values: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    ignore_case: bool = True
    whole: bool = True
    _folded: frozenset[str] = field(init=False, repr=False, compare=False)
    _expressions: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folded = (value.strip() for value in self.values)
        if self.ignore_case:
            folded = (value.casefold() for value in folded)
        object.__setattr__(self, "_folded", frozenset(folded) - {""})
        expressions = tuple(
            compiled(pattern, index, ignore_case=self.ignore_case)
            for index, pattern in enumerate(self.patterns)
        )
        object.__setattr__(self, "_expressions", expressions)

    def allows(self, value: str) -> bool:
        """Whether the text of a span is let through."""
        stripped = value.strip()
        if (stripped.casefold() if self.ignore_case else stripped) in self._folded:
            return True
        if not self._expressions:
            return False
        readable = _readable(value)
        return any(
            (one.fullmatch(readable) if self.whole else one.search(readable)) is not None
            for one in self._expressions
        )


def without_allowed(text: str, spans: Iterable[Span], allowed: AllowList) -> list[Span]:
    """The spans that the list does not let through, in order."""
    return [span for span in spans if not allowed.allows(text[span.start : span.end])]


def _context(words: Sequence[str]) -> re.Pattern[str] | None:
    wanted = sorted({word.strip() for word in words} - {""}, key=len, reverse=True)
    if not wanted:
        return None
    joined = "|".join(r"\s+".join(map(re.escape, word.split())) for word in wanted)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)


_Phrases = dict[int, set[tuple[str, ...]]]  # those of one first token, by count, longest first


def _by_first_token(words: Iterable[str], *, fold: bool) -> dict[str, _Phrases]:
    phrases: dict[str, _Phrases] = {}
    for word in words:
        tokens = tuple(_TOKEN.findall(word))
        if fold:
            tokens = tuple(token.casefold() for token in tokens)
        phrases.setdefault(tokens[0], {}).setdefault(len(tokens), set()).add(tokens)
    return {first: dict(sorted(some.items(), reverse=True)) for first, some in phrases.items()}


def _whole_words(text: str, phrases: dict[str, _Phrases], *, fold: bool) -> list[tuple[int, int]]:
    """Where phrases stand between word edges, the longest first, none inside another."""
    tokens = _TOKEN.findall(text)
    if fold:
        tokens = [token.casefold() for token in tokens]
    if phrases.keys().isdisjoint(tokens):
        return []
    edges = [match.span() for match in _TOKEN.finditer(text)]
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        for count, several in phrases.get(tokens[at], {}).items():
            if tuple(tokens[at : at + count]) in several:
                found.append((edges[at][0], edges[at + count - 1][1]))
                at += count - 1
                break
        at += 1
    return found


def _alternation(words: Sequence[str], *, ignore_case: bool) -> Any:
    options = _options(ignore_case=ignore_case, literal_bytes=_LISTS_BYTES)
    options.longest_match = True
    joined = "|".join(r"\s+".join(re2.escape(part) for part in word.split()) for word in words)
    try:
        return re2.compile(joined, options)
    except re2.error as error:
        raise BadPattern(_why(error)) from None
    except UnicodeEncodeError:
        raise BadPattern("a word holds half of a surrogate pair") from None


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _readable(text: str) -> str:
    """The text with halves of surrogate pairs, which RE2 cannot read, in place by a mark."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _digest(*parts: str) -> str:
    joined = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]

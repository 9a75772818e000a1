"""A second look at texts that privacy called safe: does anything in them still look personal?

Its patterns are its own, cruder than the recognizers' and shared with none of them, so that a
fault there does not blind it too. It looks at a sample, after the answer, and keeps only counts.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Final

import structlog

from customerai.core.clock import Clock
from customerai.core.safe_text import SafeText
from customerai.core.telemetry import Metrics

log = structlog.get_logger(__name__)

CARD: Final = "card"
EMAIL: Final = "email"
IBAN: Final = "iban"
IP: Final = "ip"
NUMBER: Final = "number"
URL: Final = "url"
NAME: Final = "name"
STREET: Final = "street"
TYPES: Final = (URL, EMAIL, IBAN, CARD, IP, NUMBER, NAME, STREET)

TEXTS: Final = "texts"
FLAGGED: Final = "flagged"

_QUEUE_TEXTS: Final = 512
_QUEUE_CHARS: Final = 2_000_000
_HEAD_CHARS: Final = 100_000
_CARD_DIGITS: Final = (13, 19)  # ISO/IEC 7812
_IBAN_CHARS: Final = (15, 34)  # ISO 13616
_IBAN_REST: Final = 97
_OCTET: Final = 255

# What stands for a hidden value: `[PERSON_1]` and, where no session is kept, `<PERSON>`.
_STAND_IN: Final = re.compile(r"\[[A-Z][A-Z0-9_]*_\d{1,9}\]|<[A-Z][A-Z0-9_]*>")
# A day or a moment is no telephone number.
_MOMENT: Final = re.compile(
    r"\b(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d))(?![\d])(?!\.\d)"
    r"|(?<![\d:])\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?(?![\d:])"
)
_URL: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@:]{1,128}:[^\s/@]{1,128}@"
    r"|\S{0,1000}[?&;#](?:\w{0,20}(?:token|secret|password|passwd|pwd|apikey|api_key|session)"
    r"\w{0,20})=[^\s&;#]{3})",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(
    r"[\w.+%'&*/=?^{|}~$!#-]{1,64}(?:@|[ ]?[(\[]at[)\]][ ]?)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}",
    re.IGNORECASE,
)
_IBAN: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}[ -]?\d\d(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])", re.IGNORECASE
)
_IP4: Final = re.compile(r"(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w.]\d)")
_IP6: Final = re.compile(
    r"(?<![\w:])(?=[0-9a-f:]{0,39}::|(?:[0-9a-f]{1,4}:){7})"
    r"[0-9a-f]{0,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?![\w:])",
    re.IGNORECASE,
)
# A name that says of itself that it is one, and a house in a street.
_NAME: Final = re.compile(
    r"\b(?:(?i:my (?:full |first |last |sur)?name(?: is|'s)|(?:i am|i'm|this is) called|call me|"
    r"speaking (?:to|with)|(?:kind|best|warm)? ?regards,?|yours sincerely,?|sincerely,?))"
    r"\s{1,3}(?:(?i:mrs?|ms|dr|prof)\.?\s)?[A-Z][a-z'’-]{1,30}\b"
    r"|\b(?:Mrs?|Ms|Dr|Prof)\.?\s[A-Z][a-z'’-]{1,30}\b"
)
_STREET: Final = re.compile(
    r"(?<![\w.])\d{1,5}[a-z]?,? (?!(?:minutes?|hours?|days?|miles?|of|on|to|more) )"
    r"(?:[a-z'’.-]{2,20} ){1,3}"
    r"(?:street|road|avenue|lane|boulevard|crescent|terrace|parkway)\b"
    r"|\b[a-zäöüß-]{3,30}(?:straße|strasse|gasse)\s\d{1,4}\b"
    r"|\b\d{1,4},? (?:rue|avenue|boulevard) (?:[a-zà-ÿ'’-]{2,20} ?){1,4}"
    r"|\b(?:calle|avenida|via|rua) (?:[a-zà-ÿ'’-]{2,20} ?){1,4},? \d{1,4}\b",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"(?<!\d)\+?\d(?:[ ()./\u00a0-]{0,3}\d){6,}")


def leaks_in(text: str, hidden: Iterable[tuple[int, int]] = ()) -> Counter[str]:
    """What in a safe text looks like personal data, counted by type.

    Made to miss little, at the price of false alarms: an order number of seven digits counts.

    Args:
        hidden: ranges (code points, end exclusive) that an operator wrote in place of a value.
            Stand-ins such as `[PERSON_1]` are known without.
    """
    rest = _STAND_IN.sub(_blank, _without(text, hidden))
    found: Counter[str] = Counter()
    rest = _take(rest, _URL, URL, found)
    if "@" in rest or "at" in rest or "AT" in rest:
        rest = _take(rest, _EMAIL, EMAIL, found)
    rest = _take(rest, _IBAN, IBAN, found, _is_iban)
    rest = _MOMENT.sub(_blank, rest)
    rest = _take(rest, _IP6, IP, found)
    rest = _take(rest, _IP4, IP, found, _is_ip4)
    for pattern, kind in ((_NAME, NAME), (_STREET, STREET)):
        rest = _take(rest, pattern, kind, found)
    for match in _DIGITS.finditer(rest):
        found[CARD if _is_card(match[0]) else NUMBER] += 1
    return found


def _blank(match: re.Match[str]) -> str:
    # A sign that no pattern takes: what stood on both sides must not grow together.
    return "\x00" * len(match[0])


def _without(text: str, hidden: Iterable[tuple[int, int]]) -> str:
    for start, end in hidden:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text


def _take(
    text: str,
    pattern: re.Pattern[str],
    name: str,
    found: Counter[str],
    holds: Callable[[str], bool] = bool,
) -> str:
    """Count what a pattern finds and blank it, so that nothing counts twice."""

    def take(match: re.Match[str]) -> str:
        if not holds(match[0]):
            return match[0]
        found[name] += 1
        return _blank(match)

    return pattern.sub(take, text)


def _is_card(run: str) -> bool:
    """Luhn's sum (ISO/IEC 7812-1, annex B) over a card's number of digits."""
    digits = [int(sign) for sign in run if sign.isdigit()]
    if not _CARD_DIGITS[0] <= len(digits) <= _CARD_DIGITS[1]:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(run: str) -> bool:
    """The remainder of ISO 13616; words that merely look like one fail it."""
    signs = re.sub(r"[ -]", "", run).upper()
    if not (signs.isascii() and _IBAN_CHARS[0] <= len(signs) <= _IBAN_CHARS[1]):
        return False
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % _IBAN_REST == 1


def _is_ip4(run: str) -> bool:
    return all(int(part) <= _OCTET for part in run.split("."))


def day_of(at: datetime) -> int:
    """A day (UTC) as a number that sorts, such as 20261122."""
    in_utc = at.astimezone(timezone.utc)
    return in_utc.year * 10_000 + in_utc.month * 100 + in_utc.day


class LeakWatch:
    """Looks again at a share of the texts that leave, in a thread of its own while there are any.

    The share is chosen by the text's digest, so that two processes agree and a repeated text
    cannot get lucky. What does not fit the queue is left out: a check must never slow an answer.
    """

    def __init__(self, rate: float, metrics: Metrics, clock: Clock) -> None:
        self.rate = rate
        self._below = int(rate * 2**64)
        self._metrics = metrics
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, str, Sequence[tuple[int, int]]]] = deque()
        self._figures: Counter[tuple[str, int, str]] = Counter()
        self._chars = 0
        self._thread: threading.Thread | None = None
        for name in TYPES:  # so that a first finding is an increase
            metrics.leak_found.labels(type=name)

    def offer(self, tenant: str, text: SafeText, hidden: Sequence[tuple[int, int]] = ()) -> bool:
        """Take a text for a second look; returns whether it will be looked at. Never waits long."""
        if not self._below or not text:
            return False
        head = str(text[:_HEAD_CHARS])
        digest = hashlib.blake2b(head.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if int.from_bytes(digest, "big") >= self._below:
            return False
        with self._lock:
            if len(self._waiting) >= _QUEUE_TEXTS or self._chars + len(head) > _QUEUE_CHARS:
                return False
            self._waiting.append((tenant, head, hidden))
            self._chars += len(head)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leak-watch", daemon=True)
                self._thread.start()
        return True

    def take_figures(self) -> Mapping[tuple[str, int, str], int]:
        """What was counted since the last call: tenant, day (20261122) and kind to how many.

        Kinds are `TEXTS`, `FLAGGED` and the types of findings.
        """
        with self._lock:
            taken, self._figures = self._figures, Counter()
        return taken

    def give_back(self, figures: Mapping[tuple[str, int, str], int]) -> None:
        """Count again what could not be kept."""
        with self._lock:
            self._figures.update(figures)

    def wait(self, timeout_s: float = 10.0) -> None:
        """Wait until nothing is left to look at; for tests and tools."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                tenant, text, hidden = self._waiting.popleft()
                self._chars -= len(text)
            try:
                self._look(tenant, text, hidden)
            except Exception as error:  # noqa: BLE001 - the watch goes on, and says nothing of the text
                log.error("privacy.leak_watch_failed", error_type=type(error).__name__)

    def _look(self, tenant: str, text: str, hidden: Sequence[tuple[int, int]]) -> None:
        found = leaks_in(text, hidden)
        day = day_of(self._clock.now())
        with self._lock:
            self._figures[tenant, day, TEXTS] += 1
            if found:
                self._figures[tenant, day, FLAGGED] += 1
            for name, count in found.items():
                self._figures[tenant, day, name] += count
        self._metrics.leak_scanned.inc()
        for name, count in found.items():
            self._metrics.leak_found.labels(type=name).inc(count)
        if found:
            log.warning("privacy.leak_suspected", types=sorted(found), findings=found.total())

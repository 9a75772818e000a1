"""pseudonym: one short name per person or thing, the same in every session of the tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from customerai.privacy.operators.scope import Scope, digest
from customerai.privacy.recognizers.spans import Span

MIN_LENGTH: Final = 6
MAX_LENGTH: Final = 32

Across = Literal["tenant", "session"]


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """`PERSON_7f3a9c21d0b4`: HMAC-SHA-256 of the value, as `length` hex digits after the type.

    Case, blanks and (of phones, cards and accounts) signs do not count: "Ada Wong" and "ADA WONG"
    are one. Two of a million values share 12 digits with a chance of one in 560.

    Attributes:
        length: hex digits, 6..32.
        across: where the same value keeps its pseudonym.
        reversible: the session remembers whose it is, so that it can be restored there.
    """

    kind: ClassVar[str] = "pseudonym"
    length: int = 12
    across: Across = "tenant"
    reversible: bool = False

    def run(self, span: Span, value: str, scope: Scope) -> str:
        """The pseudonym of one value."""
        where = scope.session if self.across == "session" else ""
        key = scope.derived("pseudonym", self.across, where)
        name = digest(key, span.type, plain_form(span.type, value)).hex()[: self.length]
        return f"{span.type}_{name}"


_BY_DIGITS: Final = frozenset(
    {
        "ACCOUNT_NUMBER",
        "CREDIT_CARD",
        "ID_NUMBER",
        "IN_AADHAAR",
        "PHONE_NUMBER",
        "UK_NHS",
        "US_BANK_NUMBER",
        "US_ITIN",
        "US_SSN",
    }
)


def plain_form(entity: str, value: str) -> str:
    """The form in which two writings of one value are equal: case, blanks and signs aside."""
    if entity in _BY_DIGITS:
        digits = "".join(char for char in value if char.isalnum())
        if digits:
            return digits.casefold()
    return " ".join(value.casefold().split())

"""surrogate: a realistic stand-in of the same gender, culture and form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from customerai.privacy.operators.dates import read
from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.scope import Scope
from customerai.privacy.operators.surrogates import numbers, people, places
from customerai.privacy.operators.surrogates.choosing import WORD, Choice, aligned
from customerai.privacy.operators.surrogates.cultures import is_name
from customerai.privacy.recognizers.spans import Span

BY_WORDS: Final = frozenset({"PERSON", "ORGANIZATION"})
"""Types whose surrogates stand word for word, so that "Jane" of "Jane Roe" has its own."""

_SHIFT_DAYS: Final = 180


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A person for a person, a phone number for a phone number; see docs/reference/operators.md.

    It is made by the session's `Surrogates`, since the same person keeps the same surrogate.
    """

    kind: ClassVar[str] = "surrogate"

    def run(self, span: Span, value: str, scope: Scope) -> str:
        """A surrogate for one value alone, without a session to agree with.

        Raises:
            NoStandIn: there is none; the title of a person has none.
        """
        return Surrogates(scope).make(span.type, value)


class Surrogates:
    """The surrogates of one session.

    Args:
        scope: the same tenant and session give the same surrogates for the same order of values.
        known: entity type, value and stand-in of each value of the session that has one.
        avoid: texts whose words and values are never surrogates.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        known: Iterable[tuple[str, str, str]] = (),
        avoid: Iterable[str] = (),
    ) -> None:
        self._choice = Choice(scope.derived("surrogate", scope.session))
        self._shift = 1 + self._choice.number("days") % _SHIFT_DAYS
        for entity, value, stand_in in known:
            if entity in BY_WORDS:
                self._choice.learn(value, stand_in)
            else:
                self._choice.take(value, stand_in)
        for text in avoid:
            self._choice.avoid(text)

    def avoid(self, text: str) -> None:
        """Never choose what stands in this text from now on."""
        self._choice.avoid(text)

    def make(self, entity: str, value: str) -> str:
        """A stand-in that is neither in use nor in a text.

        Raises:
            NoStandIn: there is none for a value of this type or form.
        """
        if entity == "DATE_TIME":
            return self._choice.accept(value, self._dates(value))
        maker = _MAKERS.get(entity, numbers.of_same_signs)
        return self._choice.accept(value, maker(self._choice, value))

    def _dates(self, value: str) -> Iterator[str]:
        found = read(value)
        if found is None:
            raise NoStandIn("the date cannot be read")
        try:
            yield found.written(found.day - timedelta(days=self._shift))
        except OverflowError as error:
            raise NoStandIn("the date cannot be moved") from error


def listed_names(text: str) -> list[str]:
    """The words of a text that could be chosen as surrogates, in small letters."""
    words = set(WORD.findall(text.casefold()))
    return sorted(word for word in words if is_name(word) or places.is_listed(word))


def parts(pairs: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Surrogate word (case folded) to the word it stands for, from types, values and stand-ins.

    Words that would stand for two are left out.
    """
    found: dict[str, str] = {}
    unsure: set[str] = set()
    for entity, value, stand_in in pairs:
        if entity not in BY_WORDS:
            continue
        for real, word in aligned(value, stand_in):
            folded = word.casefold()
            if found.setdefault(folded, real).casefold() != real.casefold():
                unsure.add(folded)
    return {word: real for word, real in found.items() if word not in unsure}


def _none(choice: Choice, value: str) -> Iterator[str]:
    del choice, value
    raise NoStandIn("values of this type have no surrogate")


_MAKERS: Final[Mapping[str, Callable[[Choice, str], Iterator[str]]]] = {
    "PERSON": people.person,
    "ORGANIZATION": people.organization,
    "EMAIL_ADDRESS": people.email,
    "LOCATION": places.place,
    "PHONE_NUMBER": numbers.phone,
    "CREDIT_CARD": numbers.card,
    "IBAN_CODE": numbers.iban,
    "US_SSN": numbers.us_ssn,
    "IP_ADDRESS": numbers.ip_address,
    "MAC_ADDRESS": numbers.mac_address,
    "URL": numbers.url,
    "AGE": numbers.age,
    "TITLE": _none,
    "NRP": _none,
    "LITERAL": _none,
}

"""Stand-ins for names of people and organizations, and for e-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.surrogates.choosing import WORD, Choice, capital, cased
from customerai.privacy.operators.surrogates.cultures import (
    DEFAULT,
    UNSPACED,
    Role,
    best_culture,
    culture,
    roles_of,
    script_of,
)
from customerai.privacy.recognizers.words import word_set

_FEMALE_TITLES: Final = word_set("mrs ms miss madam lady frau mme mlle señora sra signora dona")
_MALE_TITLES: Final = word_set("mr sir mister herr monsieur señor sr signor lord dom")
_KEPT: Final = (
    _FEMALE_TITLES
    | _MALE_TITLES
    | word_set("dr doctor prof professor rev reverend hon captain capt sgt dr.med jr junior senior")
    | word_set("ii iii iv md phd esq de da do dos das di del della la le van von der den ter bin")
    | word_set("ibn al el abu y e und and the of")
)
_ORGANIZATION_WORDS: Final = word_set(
    "inc ltd llc llp plc corp corporation company co limited gmbh ag kg ohg ug se sa sarl sas spa "
    "srl bv nv ab oy as aps group holding holdings partners associates university college school "
    "institute hospital clinic bank insurance airlines airways hotel hotels restaurant services "
    "service solutions systems technologies technology software labs industries foundation trust "
    "council department ministry church society association agency international global national "
    "of the and for de la du des der die das und y et & media press energy motors foods stores"
)
_MAIL: Final = re.compile(r"([^@\s]+)@([^@\s]+)")
_MAIL_DOMAINS: Final = ("example.com", "example.org", "example.net")  # RFC 2606
_LOCAL_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST_LETTERS: Final = 2
_FAMILY: Final = re.compile(r"[A-Za-z]{1,2}['’]|Ma?c[A-Z]")
_LEGAL_FORMS: Final = (
    (word_set("gmbh ag kg ohg ug"), "de_DE"),
    (word_set("sarl sas"), "fr_FR"),
    (word_set("spa srl"), "it_IT"),
    (word_set("bv nv"), "nl_NL"),
    (word_set("ab"), "sv_SE"),
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_INITIALS: Final = 20


def person(choice: Choice, value: str) -> Iterator[str]:
    """A name of the same culture and gender, of the same parts and case."""
    words = WORD.findall(value)
    naming = [word for word in words if not _is_kept(word) and len(word) > 1]
    script = script_of(value)
    if script in UNSPACED:
        yield from _unspaced(choice, value, script)
        return
    if not naming:
        raise NoStandIn("the value has no name in it")
    locale = script or best_culture(naming)
    gender = _gender(choice, words, naming, locale)
    names = culture(locale)
    initials = any(len(word) == 1 for word in words)
    for attempt in range(_MOST_INITIALS if initials else 1):
        pieces: list[str] = []
        done = at = 0
        for match in WORD.finditer(value):
            word = new = match[0]
            if len(word) == 1:
                letter = choice.number("initial", value.casefold(), word, str(attempt)) % 26
                new = cased(word, _LETTERS[letter]) if word.islower() else _LETTERS[letter]
            elif not _is_kept(word):
                at += 1
                role = gender if at < len(naming) else _last_role(word, at, words, locale, gender)
                new = cased(word, choice.word(word, names.pool(role), role))
            pieces += (value[done : match.start()], new)
            done = match.end()
        yield "".join(pieces) + value[done:]


def organization(choice: Choice, value: str) -> Iterator[str]:
    """Another name before or after the same legal form and kind."""
    if not any(_is_own(word) for word in WORD.findall(value)):
        raise NoStandIn("the value has no name in it")
    folded = {word.casefold() for word in WORD.findall(value)}
    locale = next((locale for forms, locale in _LEGAL_FORMS if forms & folded), DEFAULT)
    pool = culture(script_of(value) or locale).family
    chars: list[str] = []
    done = 0
    for match in WORD.finditer(value):
        word = match[0]
        new = cased(word, choice.word(word, pool, "organization")) if _is_own(word) else word
        chars += (value[done : match.start()], new)
        done = match.end()
    yield "".join(chars) + value[done:]


def email(choice: Choice, value: str) -> Iterator[str]:
    """An address at a domain that is reserved for examples, of the person's surrogate name."""
    match = _MAIL.fullmatch(value)
    if match is None:
        raise NoStandIn("the address cannot be read")
    domain = choice.one_of(_MAIL_DOMAINS, "domain", match[2].casefold())
    parts = _LOCAL_WORD.findall(match[1])
    locale = best_culture(parts)
    local = None
    if parts and all(part.casefold() in choice.words or roles_of(part, locale) for part in parts):
        local = _LOCAL_WORD.sub(lambda word: _mail_word(choice, word[0], locale), match[1])
        yield f"{local}@{domain}"
    for attempt in range(30):
        family = _ascii(choice.one_of(culture(DEFAULT).family, "mail", match[1], str(attempt)))
        figures = choice.digits(2, "mail", match[1], str(attempt))
        yield f"{local or family.lower()}{figures}@{domain}"


def _mail_word(choice: Choice, word: str, locale: str) -> str:
    known = choice.words.get(word.casefold())
    if known is None:
        roles = roles_of(word, locale)
        known = choice.word(word, culture(locale).pool(roles[0]), roles[0])
    return cased(word, _ascii(known)) if not word.istitle() else capital(_ascii(known))


def _ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return plain or "user"


def _is_own(word: str) -> bool:
    return len(word) >= _LEAST_LETTERS and word.casefold() not in _ORGANIZATION_WORDS


def _unspaced(choice: Choice, value: str, locale: str) -> Iterator[str]:
    names = culture(locale)
    for attempt in range(30):
        family = choice.one_of(names.family, "family", value, str(attempt))
        given = choice.one_of(names.female + names.male, "given", value, str(attempt))
        yield family + (" " if " " in value else "") + given


def _gender(choice: Choice, words: list[str], naming: list[str], locale: str) -> Role:
    folded = {word.casefold() for word in words}
    if folded & _FEMALE_TITLES:
        return "female"
    if folded & _MALE_TITLES:
        return "male"
    for word in naming:
        given = [role for role in roles_of(word, locale) if role != "family"]
        if given:
            return given[0]
    return "female" if choice.number("gender", naming[0].casefold()) % 2 else "male"


def _last_role(word: str, count: int, words: list[str], locale: str, gender: Role) -> Role:
    """The role of the last of so many names."""
    if count > 1:
        return "family"
    titled = any(other.casefold() in _FEMALE_TITLES | _MALE_TITLES for other in words)
    initialled = any(len(other) == 1 for other in words)
    roles = roles_of(word, locale)
    if _FAMILY.match(word):
        return "family"
    only_family = bool(roles) and all(role == "family" for role in roles)
    return "family" if titled or initialled or only_family else gender


def _is_kept(word: str) -> bool:
    return word.casefold() in _KEPT

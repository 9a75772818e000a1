"""Given and family names by culture, from Faker's lists; read when the first name is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import log
from typing import Final, Literal

from customerai.privacy.recognizers.words import is_common

Role = Literal["female", "male", "family"]

# In the order in which they are preferred where a name is of several.
_LATIN: Final = (
    "en_US", "en_GB", "es_ES", "fr_FR", "de_DE", "it_IT", "pt_BR", "pt_PT", "en_IN", "nl_NL",
    "pl_PL", "tr_TR", "sv_SE", "da_DK", "fi_FI", "no_NO", "ro_RO", "cs_CZ", "hu_HU", "id_ID",
    "vi_VN", "yo_NG", "en_KE", "tw_GH", "ga_IE",
)  # fmt: skip
# By the script: the first code point of each block that tells it.
_SCRIPTS: Final = (
    (0x0370, 0x03FF, "el_GR"),
    (0x0400, 0x04FF, "ru_RU"),
    (0x0590, 0x05FF, "he_IL"),
    (0x0600, 0x06FF, "ar_AA"),
    (0x0900, 0x097F, "hi_IN"),
    (0x3040, 0x30FF, "ja_JP"),
    (0x4E00, 0x9FFF, "zh_CN"),
    (0xAC00, 0xD7AF, "ko_KR"),
)
UNSPACED: Final = frozenset({"ja_JP", "zh_CN", "ko_KR"})
DEFAULT: Final = "en_US"
_ENGLISH: Final = frozenset({"en_US", "en_GB"})
# Real names that would make a reader stumble.
_UNFIT: Final = frozenset({"adolf", "butts", "cox", "dick", "fanny", "gay", "hooker", "stalin"})
_FEW: Final = 10
_LEAST_LETTERS: Final = 3


@dataclass(frozen=True)
class Culture:
    """The names of one culture; each tuple sorted, of single words, none an everyday word."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]

    def pool(self, role: Role) -> tuple[str, ...]:
        """The names of one role."""
        return {"female": self.female, "male": self.male, "family": self.family}[role]


@cache
def culture(locale: str) -> Culture:
    """The names of a locale; where it has few family names, those of the default."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    female, male, family = (
        _words(provider, names, latin=locale in _LATIN)
        for names in (
            ("first_names_female",),
            ("first_names_male",),
            ("last_names", "last_names_male", "unisex_last_names", "last_names_unisex"),
        )
    )
    if locale != DEFAULT and len(family) < _FEW:
        family = culture(DEFAULT).family
    return Culture(female or male, male or female, family)


@cache
def _index() -> dict[str, tuple[tuple[str, Role], ...]]:
    """Which cultures and roles each Latin name has."""
    found: dict[str, dict[tuple[str, Role], None]] = {}
    roles: tuple[Role, ...] = ("female", "male", "family")
    for locale in _LATIN:
        names = culture(locale)
        for role in roles:
            for name in names.pool(role):
                found.setdefault(name.casefold(), {})[locale, role] = None
    return {name: tuple(where) for name, where in found.items()}


def is_name(word: str) -> bool:
    """Whether a Latin word, whatever its case, is on a list that surrogates are taken from."""
    return word.casefold() in _index()


def script_of(text: str) -> str | None:
    """The locale of the first letter that is of a script other than Latin."""
    for char in text:
        point = ord(char)
        for first, last, locale in _SCRIPTS:
            if first <= point <= last:
                return locale
    return None


def best_culture(words: list[str]) -> str:
    """The culture in which most of these words are names.

    Where several are equal: an English one first; else, of names of more than one word, the one
    with the shorter lists, where the names say more; else the first.
    """
    counts = dict.fromkeys(_LATIN, 0)
    weight = dict.fromkeys(_LATIN, 0.0)
    for word in words:
        known = _index().get(word.casefold(), ())
        for locale in {locale for locale, _ in known}:
            counts[locale] += 1
            weight[locale] -= min(
                log(len(culture(locale).pool(role))) for where, role in known if where == locale
            )
    most = max(counts.values())
    best = [locale for locale in _LATIN if counts[locale] == most]
    if best[0] in _ENGLISH or len(words) == 1:
        return best[0]
    return max(best, key=lambda locale: weight[locale])


def roles_of(word: str, locale: str) -> list[Role]:
    """The roles a word has, those in the given culture first."""
    known = _index().get(word.casefold(), ())
    here = [role for where, role in known if where == locale]
    return here + [role for where, role in known if where != locale and role not in here]


def _words(provider: object, attributes: tuple[str, ...], *, latin: bool) -> tuple[str, ...]:
    names: set[str] = set()
    for attribute in attributes:
        names.update(getattr(provider, attribute, ()))
    return tuple(
        sorted(
            name
            for name in names
            if name.isalpha()
            and name.casefold() not in _UNFIT
            and (not latin or (len(name) >= _LEAST_LETTERS and not is_common(name)))
        )
    )

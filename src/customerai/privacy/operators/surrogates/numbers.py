"""Stand-ins for phone numbers, cards, accounts and other rows of figures."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.fpe import luhn_holds
from customerai.privacy.operators.surrogates.choosing import Choice, row

_ATTEMPTS: Final = 40
_LEAST_SIGNS: Final = 3
# Tried in turn for numbers without a country code.
_REGIONS: Final = ("US", "GB", "FR", "ES", "IT", "AU", "NL", "PT", "BR", "IN", "IE", "MX", "DE")
_US_AREAS: Final = row(
    "201|202|206|212|213|303|305|312|314|404|412|415|503|512|602|612|617|702|713|718|801|904"
)
_AU_MOBILE: Final = row("006|156|157|158|159|110|313|737|266|491")
_ISSUERS: Final = (  # the test numbers that the payment networks publish begin so
    ("34", "371449"),
    ("37", "371449"),
    ("4", "400000"),
    ("5", "555555"),
    ("2", "222300"),
    ("6", "601100"),
)
_CARD_DIGITS: Final = range(12, 20)
_DOCUMENTATION: Final = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_SSN_DIGITS: Final = 9
_AGE: Final = re.compile(r"\d{1,3}")
_BAND: Final = 5


def phone(choice: Choice, value: str) -> Iterator[str]:
    """A number of the same country, layout and kind (mobile or not) that nobody can have.

    From the ranges kept for drama and fiction where the regulator has one: 555-01xx (NANPA),
    Ofcom's, ARCEP's, the Bundesnetzagentur's, the ACMA's and ComReg's. Elsewhere a number that the
    country's plan does not hold.
    """
    import phonenumbers  # noqa: PLC0415 - a quarter of a second, and rarely needed

    parsed = None
    for region in (None, *_REGIONS):
        try:
            candidate = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            continue
        if region is None or phonenumbers.is_valid_number(candidate):
            parsed = candidate
            break
    if parsed is None:
        yield from of_same_signs(choice, value)
        return
    old = phonenumbers.national_significant_number(parsed)
    fiction = _FICTION.get(parsed.country_code or 0)
    for attempt in range(_ATTEMPTS):
        about = ("phone", old, str(attempt))
        if fiction is not None:
            new = fiction(choice, old, about)
        else:
            new = choice.digits(len(old), *about).replace("0", "1", 1)
            number = phonenumbers.PhoneNumber(parsed.country_code, int(new))
            if new[0] == "0" or phonenumbers.is_valid_number(number):
                continue
        digits = [at for at, char in enumerate(value) if char.isdecimal()]
        if len(new) == len(old) <= len(digits):
            yield _with_digits(value, digits[-len(new) :], new)
        else:
            number = phonenumbers.PhoneNumber(parsed.country_code, int(new))
            kind = phonenumbers.PhoneNumberFormat
            form = kind.INTERNATIONAL if value.lstrip().startswith("+") else kind.NATIONAL
            yield phonenumbers.format_number(number, form)


def _north_american(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    del old
    return choice.one_of(_US_AREAS, *about) + "55501" + choice.digits(2, *about)


def _british(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    return ("7700900" if old.startswith("7") else "2079460") + choice.digits(3, *about)


def _french(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    return ("63998" if old[:1] in "67" else "19900") + choice.digits(4, *about)


def _german(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    if old.startswith("1"):
        return "17139200" + choice.digits(2, *about)
    return "3023125" + choice.digits(3, *about)


def _australian(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    if old.startswith("4"):
        return "491570" + choice.one_of(_AU_MOBILE, *about)
    return "25550" + choice.digits(4, *about)


def _irish(choice: Choice, old: str, about: tuple[str, ...]) -> str:
    del old
    return "2091" + choice.digits(5, *about)


_FICTION: Final[Mapping[int, Callable[[Choice, str, tuple[str, ...]], str]]] = {
    1: _north_american,
    33: _french,
    44: _british,
    49: _german,
    61: _australian,
    353: _irish,
}


def card(choice: Choice, value: str) -> Iterator[str]:
    """A card of the same network, length and layout, in a test range, with a valid check digit."""
    places = [at for at, char in enumerate(value) if char.isdecimal()]
    if len(places) not in _CARD_DIGITS:
        yield from of_same_signs(choice, value)
        return
    old = "".join(value[at] for at in places)
    issuer = next((test for start, test in _ISSUERS if old.startswith(start)), old[0] + "00000")
    for attempt in range(_ATTEMPTS):
        body = issuer + choice.digits(len(old) - len(issuer) - 1, "card", old, str(attempt))
        check = next(digit for digit in "0123456789" if luhn_holds([*body, digit]))
        yield _with_digits(value, places, body + check)


def iban(choice: Choice, value: str) -> Iterator[str]:
    """An account of the same country and layout, of no bank, its check digits by ISO 13616."""
    places = [at for at, char in enumerate(value) if char.isalnum()]
    old = "".join(value[at] for at in places).upper()
    if not _IBAN.fullmatch(old):
        raise NoStandIn("the account cannot be read")
    for attempt in range(_ATTEMPTS):
        rest = _same_signs(choice, old[8:], str(attempt))
        bank = "".join("0" if char.isdecimal() else "X" for char in old[4:8])
        figures = "".join(str(int(char, 36)) for char in bank + rest + old[:2] + "00")
        new = f"{old[:2]}{98 - int(figures) % 97:02d}{bank}{rest}"
        yield _with_digits(value, places, new.lower() if value.islower() else new)


def us_ssn(choice: Choice, value: str) -> Iterator[str]:
    """A number of area 666, which was never given out; other forms keep their signs."""
    places = [at for at, char in enumerate(value) if char.isdecimal()]
    if len(places) != _SSN_DIGITS:
        yield from of_same_signs(choice, value)
        return
    for attempt in range(_ATTEMPTS):
        yield _with_digits(value, places, "666" + choice.digits(6, "ssn", value, str(attempt)))


def ip_address(choice: Choice, value: str) -> Iterator[str]:
    """An address of the blocks that are kept for documentation (RFC 5737, RFC 3849)."""
    try:
        version = ipaddress.ip_address(value).version
    except ValueError as error:
        raise NoStandIn("the address cannot be read") from error
    for attempt in range(_ATTEMPTS):
        about = ("ip", value, str(attempt))
        if version == 4:  # noqa: PLR2004
            net = choice.one_of(_DOCUMENTATION, *about)
            yield f"{net}.{1 + choice.number('host', *about) % 254}"
        else:
            yield str(ipaddress.IPv6Address((0x20010DB8 << 96) | choice.number(*about) % (1 << 64)))


def mac_address(choice: Choice, value: str) -> Iterator[str]:
    """An address that is locally administered (IEEE 802), in the same layout."""
    places = [at for at, char in enumerate(value) if char.isalnum()]
    for attempt in range(_ATTEMPTS):
        figures = f"02{choice.number('mac', value, str(attempt)):032x}"[: len(places)]
        yield _with_digits(value, places, figures.upper() if value.isupper() else figures)


def url(choice: Choice, value: str) -> Iterator[str]:
    """A page at a domain that is reserved for examples, with the same scheme."""
    scheme, mark, _ = value.rpartition("://")
    start = f"{scheme}{mark}" if mark and scheme.isalpha() else ""
    for attempt in range(_ATTEMPTS):
        yield f"{start}www.example.com/{choice.number('url', value, str(attempt)):032x}"[:80]


def age(choice: Choice, value: str) -> Iterator[str]:
    """Another age of the same five years."""
    match = _AGE.search(value)
    if match is None:
        raise NoStandIn("the age cannot be read")
    years = int(match[0])
    start = choice.number("age", value)
    for step in range(_BAND):
        other = years - years % _BAND + (start + step) % _BAND
        yield value[: match.start()] + str(other) + value[match.end() :]


def of_same_signs(choice: Choice, value: str) -> Iterator[str]:
    """Digits for digits, letters for letters, small for small; all else as it is."""
    if sum(char.isalnum() for char in value) < _LEAST_SIGNS:
        raise NoStandIn("the value is too short")
    for attempt in range(_ATTEMPTS):
        yield _same_signs(choice, value, str(attempt))


def _same_signs(choice: Choice, value: str, attempt: str) -> str:
    figures = choice.digits(3 * len(value), "signs", value, attempt)
    chars = []
    for at, char in enumerate(value):
        figure = int(figures[3 * at : 3 * at + 3])
        if char.isdecimal():
            chars.append(str(figure % 10))
        elif char.isalpha():
            letter = chr(ord("a") + figure % 26)
            chars.append(letter.upper() if char.isupper() else letter)
        else:
            chars.append(char)
    return "".join(chars)


def _with_digits(value: str, places: list[int], new: str) -> str:
    chars = list(value)
    for at, char in zip(places, new, strict=True):
        chars[at] = char
    return "".join(chars)

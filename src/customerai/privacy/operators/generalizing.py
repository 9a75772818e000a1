"""generalize: less of the value: a band, a month, a network, a country; never the value."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

from customerai.privacy.operators.dates import WrittenDate, read
from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.recognizers.spans import Span

DateTo = Literal["month", "quarter", "year"]
DATE_LEVELS: Final[tuple[str, ...]] = get_args(DateTo)
_NUMBER: Final = re.compile(r"\d{1,18}(?:[.,]\d{1,6})?")
_AGE: Final = re.compile(r"\d{1,3}")
_OLDEST: Final = 90  # HIPAA safe harbour, 45 CFR 164.514(b)(2)(i)(C): 90 and over are one group
_ZIP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{2,9}")
_ZIP_SHOWN: Final = 3  # HIPAA safe harbour: the first three digits
_SIGNIFICANT: Final = 1


@dataclass(frozen=True, slots=True)
class Generalize:
    """What stays is one of a few: what cannot be read as its type says gives no stand-in.

    Age to a band of `age_band` years, 90 and over together; date to month, quarter or year; IP
    address to its /24 or /48 network; e-mail to its domain; phone to its country; a URL to its
    host; a place to its country where a list knows it; a US or similar post code to its first
    three signs; other numbers to one significant digit.

    Attributes:
        age_band: years, 2..50.
        date_to: what of a date stays.
        day_first: how 03/04/2020 is read; None: with slashes the month first, else the day.
    """

    kind: ClassVar[str] = "generalize"
    age_band: int = 10
    date_to: DateTo = "month"
    day_first: bool | None = None

    def run(self, span: Span, value: str) -> str:
        """The general form.

        Raises:
            NoStandIn: there is none, or it would be the value itself.
        """
        if span.type == "AGE":
            general = self._age(value)
        elif span.type == "DATE_TIME":
            general = self._date(value)
        else:
            general = _reader(span.type)(value)
        if general.casefold() == value.casefold():
            raise NoStandIn("the general form is the value itself")
        return general

    def _age(self, value: str) -> str:
        ages = _AGE.findall(value)
        if len(ages) != 1:
            raise NoStandIn("the age is not one number")
        age = int(ages[0])
        low = age - age % self.age_band
        high = low + self.age_band - 1
        return f"{_OLDEST}+" if age >= _OLDEST else f"{low}-{min(high, _OLDEST - 1)}"

    def _date(self, value: str) -> str:
        found = read(value, day_first=self.day_first)
        if found is None or not (found.has_year and found.has_month):
            raise NoStandIn("the date cannot be read")
        return _FORMS[self.date_to](found)


def _quarter(found: WrittenDate) -> str:
    return f"{found.day.year}-Q{(found.day.month + 2) // 3}"


_FORMS: Final[Mapping[str, Callable[[WrittenDate], str]]] = {
    "month": lambda found: f"{found.day:%Y-%m}",
    "quarter": _quarter,
    "year": lambda found: f"{found.day:%Y}",
}


def _network(value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError as error:
        raise NoStandIn("the address cannot be read") from error
    prefix = 24 if address.version == 4 else 48  # noqa: PLR2004
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _domain(value: str) -> str:
    name, at, domain = value.rpartition("@")
    if not (name and at and domain):
        raise NoStandIn("the address has no domain")
    return f"@{domain.casefold()}"


def _host(value: str) -> str:
    match = re.match(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@\s]*@)?([^/?#:\s]+)", value, re.I)
    if match is None:
        raise NoStandIn("the address has no host")
    return match[1].casefold()


def _country(value: str) -> str:
    import phonenumbers  # noqa: PLC0415 - a quarter of a second, and rarely needed

    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        raise NoStandIn("the number names no country") from error
    return f"+{parsed.country_code}"


def _post_code(value: str) -> str:
    if not _ZIP.fullmatch(value) or not any(char.isdigit() for char in value):
        raise NoStandIn("the value is no post code")
    return value[:_ZIP_SHOWN] + "*" * (len(value) - _ZIP_SHOWN)


def _place(value: str) -> str:
    from customerai.privacy.operators.surrogates.places import country_of  # noqa: PLC0415

    country = country_of(value)
    if country is None:
        raise NoStandIn("the place is not on our list")
    return country


def _number(value: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise NoStandIn("the value has no general form")
    whole = value.replace(",", ".").partition(".")[0].lstrip("0")
    rounded = round(int(whole or "0"), _SIGNIFICANT - len(whole or "0"))
    if str(rounded) == value:
        raise NoStandIn("the number is round already")
    return str(rounded)


_BY_TYPE: Final[Mapping[str, Callable[[str], str]]] = {
    "IP_ADDRESS": _network,
    "EMAIL_ADDRESS": _domain,
    "URL": _host,
    "PHONE_NUMBER": _country,
    "LOCATION": _place,
    "ZIP_CODE": _post_code,
    "POSTAL_CODE": _post_code,
}
_AMOUNTS: Final = ("NUMBER", "AMOUNT", "MONEY", "QUANTITY", "SALARY", "INCOME", "PRICE")
_IDENTIFYING: Final = ("PHONE_NUMBER", "ACCOUNT_NUMBER", "ORDER_NUMBER", "ID_NUMBER", "BANK_NUMBER")


def _reader(entity: str) -> Callable[[str], str]:
    reader = _BY_TYPE.get(entity)
    if reader is not None:
        return reader
    # A rounded account number would still show how it begins.
    amount = entity.endswith(_AMOUNTS) and not entity.endswith(_IDENTIFYING)
    return _number if amount else _nothing


def _nothing(value: str) -> str:
    del value
    raise NoStandIn("values of this type have no general form")

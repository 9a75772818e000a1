"""Numbers of people in Germany."""

from __future__ import annotations

from typing import Final

from stdnum.de import idnr

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.national.kinds import NationalId

_PENSION_WEIGHTS: Final = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def pension_valid(value: str) -> bool:
    """Whether a pension insurance number ends in its check digit (VKVV, section 4)."""
    compact = value.replace(" ", "").upper()
    digits = f"{compact[:8]}{ord(compact[8]) - 64:02d}{compact[9:11]}"
    products = (int(d) * w for d, w in zip(digits, _PENSION_WEIGHTS, strict=True))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(compact[11])


def health_valid(value: str) -> bool:
    """Whether a health insurance number ends in its check digit (GKV-Spitzenverband)."""
    digits = f"{ord(value[0].upper()) - 64:02d}{value[1:9]}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(value[9])


def has_digits(value: str) -> bool:
    """Whether a code of letters and digits holds at least two digits."""
    return len(digits_of(value)) > 1


KINDS: Final = (
    NationalId(
        "DE",
        "DE_TAX_ID",
        "any",
        r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}",
        "steuer[ -]?id(?:entifikationsnummer|nr)?|steueridentifikationsnummer|steuernummer|idnr|"
        "tax id|tin",
        valid=idnr.is_valid,
        checksum="mod11-10",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "DE",
        "DE_SOCIAL_SECURITY",
        "any",
        r"\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}",
        "sozialversicherungsnummer|rentenversicherungsnummer|rvnr|sv-?nummer|versicherungsnummer",
        valid=pension_valid,
        checksum="mod10",
        alone=0.85,
        beside=1.0,
    ),
    NationalId(
        "DE",
        "DE_HEALTH_INSURANCE",
        "any",
        r"[A-Z]\d{9}",
        "krankenversicherungsnummer|versichertennummer|kvnr|krankenkasse|gesundheitskarte",
        valid=health_valid,
        checksum="mod10",
        beside=1.0,
    ),
    NationalId(
        "DE",
        "DE_ID_CARD",
        "any",
        r"[CFGHJKLMNPRTVWXYZ\d]{9}\d?",
        "personalausweis(?:nummer)?|ausweisnummer|ausweis|id card",
        valid=has_digits,
        beside=0.75,
    ),
    NationalId(
        "DE",
        "DE_PASSPORT",
        "any",
        r"[CFGHJK][CFGHJKLMNPRTVWXYZ\d]{8}\d?",
        "reisepass(?:nummer)?|passnummer",
        valid=has_digits,
        beside=0.8,
    ),
)

"""Numbers of people in France."""

from __future__ import annotations

from typing import Final

from stdnum.fr import nir, siret

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "FR",
        "FR_NIR",
        "any",
        r"[12] ?\d{2} ?[0-9]\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}",
        "nir|s[eé]cu|s[eé]curit[eé] sociale|num[eé]ro de s[eé]cu|insee|carte vitale",
        valid=nir.is_valid,
        checksum="mod97",
        alone=0.97,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "FR",
        "FR_SIRET",
        "any",
        r"\d{3} ?\d{3} ?\d{3} ?\d{5}",
        "siret",
        valid=siret.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
    NationalId(
        "FR",
        "FR_TAX_ID",
        "any",
        r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}",
        "num[eé]ro fiscal|spi|identifiant fiscal",
        beside=0.8,
    ),
    NationalId(
        "FR",
        "FR_PASSPORT",
        "any",
        r"\d{2}[A-Z]{2}\d{5}",
        "passeport",
        beside=0.85,
    ),
)

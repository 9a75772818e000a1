"""Numbers of people in Portugal."""

from __future__ import annotations

from typing import Final

from stdnum.pt import cc, nif

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "PT",
        "PT_NIF",
        "any",
        r"\d{3} ?\d{3} ?\d{3}",
        "nif|contribuinte|n[uú]mero fiscal",
        valid=nif.is_valid,
        checksum="mod11",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "PT",
        "PT_CC",
        "any",
        r"\d{8} ?\d ?[A-Z\d]{2}\d",
        "cart[aã]o de cidad[aã]o|cc",
        valid=cc.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
)

"""Numbers of people in Italy."""

from __future__ import annotations

from typing import Final

from stdnum.it import codicefiscale, iva

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "IT",
        "IT_FISCAL_CODE",
        "any",
        r"[A-Z]{6} ?\d[\dLMNP-V][ABCDEHLMPRST] ?\d[\dLMNP-V] ?[A-Z][\dLMNP-V]{3}[A-Z]|"
        r"[A-Z]{3} [A-Z]{3} \d{2}[ABCDEHLMPRST]\d{2} [A-Z]\d{3}[A-Z]",
        "codice fiscale|fiscal code|cf",
        valid=codicefiscale.is_valid,
        checksum="mod26",
        alone=0.99,
        beside=1.0,
        unproven=0.7,
    ),
    NationalId(
        "IT",
        "IT_VAT_CODE",
        "any",
        r"(?:IT ?)?\d{11}",
        r"p(?:artita|\.)? ?iva|vat",
        valid=iva.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
    NationalId(
        "IT",
        "IT_PASSPORT",
        "any",
        r"[A-Z]{2}\d{7}",
        "passaporto",
        beside=0.85,
    ),
    NationalId(
        "IT",
        "IT_IDENTITY_CARD",
        "any",
        r"[A-Z]{2}\d{7}|\d{7}[A-Z]{2}|C[A-Z]\d{5}[A-Z]{2}",
        "carta d'identit[aà]|carta di identit[aà]|cie",
        beside=0.85,
    ),
    NationalId(
        "IT",
        "IT_DRIVER_LICENSE",
        "any",
        r"[A-Z]{2}\d{7}[A-Z]|U1[B-Y\d]\w{6}[A-Z]",
        "patente(?: di guida)?",
        beside=0.85,
    ),
)

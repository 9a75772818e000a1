"""Numbers of people in Spain."""

from __future__ import annotations

from typing import Final

from stdnum.es import cif, dni, nie

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "ES",
        "ES_NIF",
        "any",
        r"\d{8}[ -]?[A-Z]",
        "dni|nif|documento nacional de identidad",
        valid=dni.is_valid,
        checksum="mod23",
        alone=0.96,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "ES",
        "ES_NIE",
        "any",
        r"[XYZ][ -]?\d{7}[ -]?[A-Z]",
        "nie|n[uú]mero de extranjero",
        valid=nie.is_valid,
        checksum="mod23",
        alone=0.96,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "ES",
        "ES_CIF",
        "any",
        r"[ABCDEFGHJNPQRSUVW][ -]?\d{7}[ -]?[\dA-J]",
        "cif|nif",
        valid=cif.is_valid,
        checksum="luhn",
        beside=1.0,
    ),
    NationalId(
        "ES",
        "ES_PASSPORT",
        "any",
        r"[A-Z]{3}\d{6}",
        "pasaporte",
        beside=0.85,
    ),
)

"""Numbers of people in Brazil."""

from __future__ import annotations

from typing import Final

from stdnum.br import cnpj, cpf

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "BR",
        "BR_CPF",
        "dotted",
        r"\d{3}\.\d{3}\.\d{3}-\d{2}",
        "cpf",
        valid=cpf.is_valid,
        checksum="mod11",
        alone=0.97,
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "BR",
        "BR_CPF",
        "bare",
        r"\d{11}|\d{9}-\d{2}",
        "cpf",
        valid=cpf.is_valid,
        checksum="mod11",
        beside=1.0,
        unproven=0.6,
    ),
    NationalId(
        "BR",
        "BR_CNPJ",
        "dotted",
        r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}",
        "cnpj",
        valid=cnpj.is_valid,
        checksum="mod11",
        alone=0.97,
        beside=1.0,
    ),
    NationalId(
        "BR",
        "BR_CNPJ",
        "bare",
        r"\d{14}",
        "cnpj",
        valid=cnpj.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
    NationalId(
        "BR",
        "BR_RG",
        "any",
        r"\d{1,2}\.?\d{3}\.?\d{3}-?[\dX]",
        "rg|registro geral|identidade",
        beside=0.75,
    ),
)

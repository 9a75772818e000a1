"""Numbers of people in Indonesia."""

from __future__ import annotations

from typing import Final

from stdnum.id import nik

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "ID",
        "ID_NIK",
        "any",
        r"\d{16}",
        "nik|ktp|nomor induk kependudukan",
        valid=nik.is_valid,
        checksum="date",
        beside=0.95,
    ),
)

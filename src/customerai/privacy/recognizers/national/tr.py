"""Numbers of people in Türkiye."""

from __future__ import annotations

from typing import Final

from stdnum.tr import tckimlik

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "TR",
        "TR_TCKN",
        "any",
        r"[1-9]\d{10}",
        r"t\.?c\.? kimlik(?: no| numaras[ıi])?|tckn|kimlik(?: no| numaras[ıi]| numaram)?",
        valid=tckimlik.is_valid,
        checksum="mod10",
        beside=1.0,
    ),
)

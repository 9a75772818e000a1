"""Numbers of people in Ukraine."""

from __future__ import annotations

from typing import Final

from stdnum.ua import rntrc

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "UA",
        "UA_RNTRC",
        "any",
        r"\d{10}",
        "рнокпп|іпн|инн|rntrc",
        valid=rntrc.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)

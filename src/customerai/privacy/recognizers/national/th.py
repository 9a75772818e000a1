"""Numbers of people in Thailand."""

from __future__ import annotations

from typing import Final

from stdnum.th import pin

from customerai.privacy.recognizers.national.kinds import NationalId

KINDS: Final = (
    NationalId(
        "TH",
        "TH_TNIN",
        "dashed",
        r"\d-\d{4}-\d{5}-\d{2}-\d",
        "thai id|national id|บัตรประชาชน|เลขประจำตัวประชาชน",
        valid=pin.is_valid,
        checksum="mod11",
        alone=0.97,
        beside=1.0,
    ),
    NationalId(
        "TH",
        "TH_TNIN",
        "bare",
        r"[1-8]\d{12}",
        "thai id|national id|บัตรประชาชน|เลขประจำตัวประชาชน",
        valid=pin.is_valid,
        checksum="mod11",
        beside=1.0,
    ),
)

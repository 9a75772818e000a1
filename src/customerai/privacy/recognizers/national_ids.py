"""Numbers that a state gives to a person: a table of forms, checksums and words.

Formats and checksums of the countries come from python-stdnum, which cites each state's rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stdnum.au import tfn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif as pt_nif
from stdnum.se import personnummer

from customerai.privacy.recognizers.checksums import digits_of
from customerai.privacy.recognizers.context import ContextWords
from customerai.privacy.recognizers.spans import Span

_GAP: Final = r"[ .\u00a0\u2010-\u2015-]?"


@dataclass(frozen=True)
class NationalId:
    """One kind of number.

    Attributes:
        pattern: its written forms; anchors are added.
        valid: its checksum or numbering rule; None: it has none.
        words: what people call it.
        alone: score without such a word near; 0: it is not looked for then.
        beside: score with a word near.
        unproven: score beside a word when `valid` says no (typing errors); 0: none.
    """

    type: str
    pattern: str
    valid: Callable[[str], bool] | None
    words: str
    alone: float
    beside: float = 1.0
    unproven: float = 0.0


def us_ssn_valid(value: str) -> bool:
    """Whether nine digits can be a Social Security number (SSA, numbers since June 2011)."""
    digits = digits_of(value)
    area = digits[:3]
    return (
        area not in {"000", "666"}
        and area < "900"
        and digits[3:5] != "00"
        and (digits[5:] != "0000")
    )


def us_itin_valid(value: str) -> bool:
    """Whether nine digits can be a taxpayer number (IRS: 9xx, group 50-65, 70-88, 90-92, 94-99)."""
    digits = digits_of(value)
    group = int(digits[3:5])
    return digits[0] == "9" and (
        50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99  # noqa: PLR2004
    )


_NINO_UNUSED: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def uk_nino_valid(value: str) -> bool:
    """Whether the prefix is one that HMRC allots (NIM39110)."""
    return value[:2].upper() not in _NINO_UNUSED


NATIONAL_IDS: Final = (
    NationalId(
        "US_SSN",
        r"\d{3}[-\u2010-\u2015. ]\d{2}[-\u2010-\u2015. ]\d{4}",
        us_ssn_valid,
        r"ssn|ss#|ssns?|social(?: security)?(?: number| no| #)?",
        0.85,
        unproven=0.6,
    ),
    NationalId(
        "US_SSN",
        r"\d{9}",
        us_ssn_valid,
        r"ssn|ss#|social security|social(?: number)?",
        0.0,
        0.9,
        unproven=0.6,
    ),
    NationalId(
        "US_ITIN", r"9\d{2}[- ]\d{2}[- ]\d{4}", us_itin_valid, r"itin|taxpayer|tax id", 0.86
    ),
    NationalId("US_ITIN", r"9\d{8}", us_itin_valid, r"itin|taxpayer(?: id)?", 0.0),
    NationalId(
        "US_PASSPORT",
        r"[A-Z]?\d{8,9}",
        None,
        r"passports?(?: number| no)?|travel document",
        0.0,
        0.8,
    ),
    NationalId(
        "US_DRIVER_LICENSE",
        r"(?=[A-Z]*[\d* -]*\d)[A-Z]{0,3}[ -]?[\dA-Z*]{2,8}(?:[ -][\d*]{2,7}){0,3}",
        lambda value: 5 <= len(re.sub(r"[\W_]", "", value)) <= 19 and len(digits_of(value)) > 2,  # noqa: PLR2004
        r"driv(?:er|ing|ers|er's|er’s)\s?'?s?\s?(?:licen[cs]e|permit)(?: number)?|"
        r"licen[cs]e (?:number|no|#)|dl(?: number| no|#)|d\.l\.|my licen[cs]e",
        0.0,
        0.75,
    ),
    NationalId("UK_NHS", r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, r"nhs(?: number| no)?", 0.0),
    NationalId(
        "UK_NINO",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        uk_nino_valid,
        r"nino|national insurance|ni (?:number|no)",
        0.9,
    ),
    NationalId("ES_NIF", r"\d{8}[ -]?[A-Z]", dni.is_valid, r"dni|nif", 0.96),
    NationalId("ES_NIE", r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie.is_valid, r"nie", 0.96),
    NationalId(
        "FR_NIR",
        r"[12] ?\d{2} ?[0-9]\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}",
        nir.is_valid,
        r"nir|s[eé]cu(?:rit[eé] sociale)?|insee|carte vitale",
        0.97,
    ),
    NationalId(
        "DE_TAX_ID",
        r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}",
        idnr.is_valid,
        r"steuer\W?id(?:entifikationsnummer)?|steuernummer|idnr|tax id|tin",
        0.0,
    ),
    NationalId(
        "IT_FISCAL_CODE",
        r"[A-Z]{6}[ ]?\d[\dLMNP-V][ABCDEHLMPRST][ ]?\d[\dLMNP-V][ ]?[A-Z][\dLMNP-V]{3}[A-Z]",
        codicefiscale.is_valid,
        r"codice fiscale|fiscal code|cf",
        0.99,
    ),
    NationalId(
        "IN_AADHAAR",
        r"[2-9]\d{3} \d{4} \d{4}|[2-9]\d{3}-\d{4}-\d{4}",
        aadhaar.is_valid,
        r"aadh?aar|uidai|uid",
        0.9,
        unproven=0.6,
    ),
    NationalId("IN_AADHAAR", r"[2-9]\d{11}", aadhaar.is_valid, r"aadh?aar|uidai|uid", 0.0),
    NationalId(
        "IN_PAN",
        r"[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z]",
        None,
        r"pan(?: card| number| no)?|permanent account|income tax",
        0.0,
    ),
    NationalId("PL_PESEL", r"\d{11}", pesel.is_valid, r"pesel", 0.0),
    NationalId("AU_TFN", r"\d{3} ?\d{3} ?\d{3}", tfn.is_valid, r"tfn|tax file", 0.0),
    NationalId("BE_NN", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", nn.is_valid, r"rijksregister", 0.97),
    NationalId("BR_CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid, r"cpf", 0.97),
    NationalId("BR_CPF", r"\d{11}", cpf.is_valid, r"cpf", 0.0),
    NationalId("CA_SIN", r"\d{3}[ -]?\d{3}[ -]?\d{3}", sin.is_valid, r"sin|social insurance", 0.0),
    NationalId("CH_AHV", r"756\.?\d{4}\.?\d{4}\.?\d{2}", ahv.is_valid, r"ahv|avs", 0.97),
    NationalId("CL_RUT", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dkK]", rut.is_valid, r"rut|run", 0.8),
    NationalId(
        "FI_PERSONAL_IDENTITY_CODE", r"\d{6}[-+A]\d{3}[\dA-Y]", hetu.is_valid, r"hetu", 0.97
    ),
    NationalId("IE_PPS", r"\d{7}[A-W][A-IW]?", pps.is_valid, r"pps(?:n)?", 0.85),
    NationalId("MX_CURP", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d", curp.is_valid, r"curp", 0.97),
    NationalId("NL_BSN", r"\d{3}[. ]?\d{3}[. ]?\d{3}", bsn.is_valid, r"bsn|burgerservice", 0.0),
    NationalId("PT_NIF", r"\d{3} ?\d{3} ?\d{3}", pt_nif.is_valid, r"nif|contribuinte", 0.0),
    NationalId(
        "SE_PERSONNUMMER",
        r"(?:19|20)?\d{6}[-+]\d{4}",
        personnummer.is_valid,
        r"personnummer|personal number",
        0.85,
    ),
)


@dataclass(frozen=True)
class _Compiled:
    kind: NationalId
    pattern: re.Pattern[str]
    words: ContextWords


_LAST_FOUR: Final = re.compile(
    r"(?<![^\W_])(?:ssn|social(?: security)?(?: number)?)\b[^\d\n]{0,32}(?<![\d$€£])(\d{4})(?!\d)",
    re.IGNORECASE,
)


class NationalIdRecognizer:
    """Identity, tax, health and social security numbers, passports and driving licences."""

    name = "national_id"
    version = "1"

    def __init__(self, kinds: tuple[NationalId, ...] = NATIONAL_IDS) -> None:
        self.entities = frozenset(kind.type for kind in kinds)
        self._kinds = [
            _Compiled(
                kind,
                re.compile(rf"(?<![\w+#/-])(?:{kind.pattern})(?![^\W_]|-\d)", re.IGNORECASE),
                ContextWords(kind.words),
            )
            for kind in kinds
        ]

    def find(self, text: str) -> list[Span]:
        """The numbers of all kinds; where two kinds fit, both are given."""
        if not _CANDIDATE.search(text):
            return []
        spans: list[Span] = []
        for entry in self._kinds:
            kind = entry.kind
            if not kind.alone and not entry.words.within(text):
                continue
            for match in entry.pattern.finditer(text):
                score = self._score(entry, text, match)
                if score:
                    spans.append(Span(kind.type, match.start(), match.end(), score, self.name))
        spans += [
            Span("US_SSN", match.start(1), match.end(1), 0.8, self.name)
            for match in _LAST_FOUR.finditer(text)
        ]
        return spans

    @staticmethod
    def _score(entry: _Compiled, text: str, match: re.Match[str]) -> float:
        kind = entry.kind
        beside = entry.words.near(text, match.start(), match.end())
        if kind.valid is None or kind.valid(match[0]):
            return kind.beside if beside else kind.alone
        return kind.unproven if beside else 0.0


# Every form above has two digits side by side or around a gap.
_CANDIDATE: Final = re.compile(rf"\d{_GAP}[\dA-Za-z]{_GAP}\w?{_GAP}\w?{_GAP}\d")

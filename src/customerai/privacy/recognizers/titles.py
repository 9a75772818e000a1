"""Forms of address and academic titles before a name, as TITLE."""

from __future__ import annotations

import re
from typing import Final

from customerai.privacy.recognizers.rules import RuleRecognizer, pattern_rule

# Before a name, with a capital and with or without a full stop.
_ABBREVIATED: Final = re.compile(
    r"(?<![\w.'-])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Rev|Reverend|Hon|Capt|Captain|Lt|"
    r"Sgt|Sergeant|Col|Colonel|Gen|General|Maj|Major|Sir|Lady|Lord|Dame|Madam|Judge|Senator|"
    r"President|Father|Sister|Rabbi|Imam|Herr|Frau|Frl|Fräulein|Sr|Sra|Srta|Señor|Señora|"
    r"Señorita|Don|Doña|Dña|Mme|Mlle|Monsieur|Madame|Mademoiselle|Sig|Sig\.ra|Signor|Signora|"
    r"Dott|Dott\.ssa|Avv|Ing|Senhor|Senhora|Dra|Doutor|Doutora|Mag|Dipl\.-Ing|Mevr|Dhr|Meneer|"
    r"Mevrouw|Pan|Pani|Sri|Smt|Shri|Datuk|Sheikh)\.?(?=\s+(?-i:[A-ZÀ-ÞŁŚŻŠČŽ])[\w'’.-]*)(?!\.\w)"
)
_LOWER: Final = re.compile(r"(?<![\w.'-])(?:mr|mrs|ms|dr|prof)\.?(?=\s+[^\W\d_]{2})")
_JOB: Final = re.compile(
    r"\b(?:work(?:s|ed|ing)?|employed)\s(?:for|at|in|with)\s[^.,\n]{2,48}?\sas\s(?:an?\s|the\s)?"
    r"(?P<title>[^\W\d_][\w/&'’ -]{2,40}?)"
    r"(?=[.,;!?\n]|\s(?:but|and|for|since|until|when|in|"
    r"at)\b|$)",
    re.IGNORECASE,
)
_NEVER_ALONE: Final = frozenset(
    [
        "sr",
        "don",
        "general",
        "major",
        "father",
        "sister",
        "pan",
        "president",
        "judge",
        "lady",
        "lord",
        "mag",
        "ing",
        "gen",
        "hon",
        "sir",
        "col",
        "captain",
        "senator",
        "doctor",
    ]
)
_STARTS: Final = re.compile(
    r"(?:^|[.!?:\n(\"']|\b(?:dear|hi|hello|from|by|to|with|for|and|of|"
    r"is|was|see|saw|call|tell|ask|met|contact|visit|named))\s*$",
    re.IGNORECASE,
)


def _meant(text: str, match: re.Match[str]) -> bool:
    """Whether a word that is also a common noun stands as a title: "General Lee", "M. Dupont"."""
    word = match[0]
    if word.rstrip(".").casefold() not in _NEVER_ALONE:
        return True
    if word.endswith("."):
        return True
    return (
        len(word) > 1
        and _STARTS.search(text, max(0, match.start() - 10), match.start()) is not None
    )


TITLE: Final = RuleRecognizer(
    "title",
    "1",
    [
        pattern_rule("title.before_name", "TITLE", _ABBREVIATED, 0.7, accept=_meant),
        pattern_rule("title.lower_case", "TITLE", _LOWER, 0.6),
        pattern_rule("title.job", "TITLE", _JOB, 0.5, group="title"),
    ],
)
"""TITLE: "Dr.", "Mrs", "Herr" before a name, which is a span of its own; a job "as ..."."""

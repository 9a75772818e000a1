"""What each column seems to hold, from its name, its values and how often they recur."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from customerai.privacy.recognizers.spans import Span
from customerai.privacy.techniques.hierarchies import date_of, number_of

if TYPE_CHECKING:
    import polars as pl

Role = Literal["direct", "quasi", "sensitive", "text", "none"]
ROLES: Final = ("direct", "quasi", "sensitive", "text", "none")
Kind = Literal["integer", "number", "date", "boolean", "text"]

SAMPLE: Final = 300
"""Distinct values of a column that are looked at."""
_WHOLE: Final = 0.8
"""Share of a value's characters that a span covers when it is the whole value."""
_MOST_HELD: Final = 0.6
_SOME_HELD: Final = 0.02
_LEAST_SCORE: Final = 0.5
_TEXT_WORDS: Final = 5.0
_UNIQUE: Final = 0.95
_LEAST_ROWS: Final = 20
_FEW: Final = 100

_QUASI_ENTITIES: Final = frozenset({"LOCATION", "DATE_TIME", "AGE", "NRP", "TITLE", "ORGANIZATION"})

_NAMES: Final[tuple[tuple[Role, str, str], ...]] = (
    ("direct", "EMAIL_ADDRESS", r"e_?mail(?:_address)?"),
    ("direct", "PHONE_NUMBER", r"phone(?:_number|_no)? mobile telephone tel fax cell"),
    ("direct", "CREDIT_CARD", r"(?:credit_)?card(?:_number|_no)? pan"),
    ("direct", "IBAN_CODE", r"iban bank_account account_(?:number|no)"),
    ("direct", "US_SSN", r"ssn social_security(?:_number)?"),
    ("direct", "ID", r"passport\w* licen[cs]e_(?:number|no) national_id tax_id insurance_no"),
    ("direct", "IP_ADDRESS", r"ip(?:_address)?"),
    ("direct", "URL", r"url website homepage"),
    (
        "direct",
        "PERSON",
        r"(?:first|last|full|given|middle|sur|family|user|customer|contact|patient|client)_?name"
        r" name",
    ),
    ("direct", "STREET_ADDRESS", r"(?:street_)?address street address_line_?\d?"),
    ("direct", "ID", r"(?:\w+_)?(?:id|uuid|guid|mrn) customer_(?:number|no) user"),
    (
        "text",
        "",
        r"comments? notes? message description feedback remarks? body text review transcript"
        r" summary",
    ),
    (
        "sensitive",
        "",
        r"salary income wage balance debt credit_score diagnos[ei]s disease condition medication"
        r" icd\w* religion politic\w* union orientation health capital_\w+ test_result score",
    ),
    (
        "quasi",
        "",
        r"zip zip_?code post_?code postal_code city town county state region country"
        r" native_country location age birth\w* dob date_of_birth year_of_birth gender sex race"
        r" ethnicity nationality marital_status education occupation job profession job_title"
        r" employer workclass relationship children household\w* language \w*date \w+_at"
        r" timestamp",
    ),
)
_COMPILED: Final = tuple(
    (role, entity, re.compile("|".join(f"(?:{rule})" for rule in rules.split())))
    for role, entity, rules in _NAMES
)


class Analyzer(Protocol):
    """Finds spans; implemented by `recognizers.registry.RecognizerRegistry`."""

    def analyze(
        self,
        texts: Sequence[str],
        *,
        language: str = "en",
        entities: frozenset[str] | None = None,
        min_score: float = 0.35,
    ) -> list[list[Span]]: ...


@dataclass(frozen=True)
class Reason:
    """Why a role is proposed: `code`, and of `of` values how many say so.

    Codes: name, values-recognized, unique-values, long-text, text-with-personal-data,
    few-values, numbers, nothing-found.
    """

    code: str
    n: int | None = None
    of: int | None = None
    entity: str | None = None


@dataclass(frozen=True)
class FoundColumn:
    """What a column seems to hold; to be confirmed by whoever knows it.

    Attributes:
        n: values that are not missing.
        distinct: how many of them differ.
        role: proposed.
        entity: of a direct identifier.
    """

    name: str
    kind: Kind
    n: int
    missing: int
    distinct: int
    role: Role
    entity: str | None = None
    reasons: tuple[Reason, ...] = field(default=())


def find_roles(frame: pl.DataFrame, analyzer: Analyzer) -> list[FoundColumn]:
    """A role for each column, in order; the analyzer sees at most 300 values of each."""
    return [_find(frame.get_column(name), analyzer) for name in frame.columns]


def _find(column: pl.Series, analyzer: Analyzer) -> FoundColumn:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    known = column.drop_nulls()
    texts = known.cast(pl.String)
    unique = texts.unique(maintain_order=True)
    step = max(1, unique.len() // SAMPLE)
    sample: list[str] = unique.gather_every(step).head(SAMPLE).to_list()
    kind = kind_of(column, sample)
    found: dict[str, Any] = {
        "name": column.name,
        "kind": kind,
        "n": texts.len(),
        "missing": column.null_count(),
        "distinct": unique.len(),
    }
    if not sample:
        return FoundColumn(**found, role="none", reasons=(Reason("nothing-found", 0, 0),))
    named = _by_name(column.name)
    spans = analyzer.analyze(sample, min_score=_LEAST_SCORE)
    role, entity, reasons = _decide(found, named, sample, spans)
    return FoundColumn(**found, role=role, entity=entity, reasons=tuple(reasons))


def _decide(
    column: Mapping[str, Any],
    named: tuple[Role, str] | None,
    sample: Sequence[str],
    spans: Sequence[Sequence[Span]],
) -> tuple[Role, str | None, list[Reason]]:
    kind, n, distinct = column["kind"], column["n"], column["distinct"]
    reasons: list[Reason] = []
    if named is not None:
        reasons.append(Reason("name", entity=named[1] or None))
    entity, held = _whole_values(sample, spans)
    some = sum(1 for found in spans if found)
    words = sum(len(value.split()) for value in sample) / len(sample)
    measure = kind in ("number", "integer") and (named is None or named[0] != "direct")
    if entity and held / len(sample) >= _MOST_HELD and not (measure and entity in _LOOSE):
        reasons.append(Reason("values-recognized", held, len(sample), entity))
        if named is not None and named[0] in ("quasi", "sensitive"):
            return named[0], None, reasons
        if entity in _QUASI_ENTITIES:
            # A name tells more than a place or a date does.
            strong = named is not None and named[0] == "direct" and named[1] == "PERSON"
            return ("direct", "PERSON", reasons) if strong else ("quasi", None, reasons)
        return "direct", _more_telling(named, entity), reasons
    if named is not None and named[0] == "direct" and kind != "number":
        return "direct", named[1], reasons
    if kind == "text" and words >= _TEXT_WORDS:
        reasons.append(Reason("long-text", n=round(words)))
        if some:
            reasons.append(Reason("text-with-personal-data", some, len(sample)))
        return "text", None, reasons
    if named is not None:
        return named[0], None, reasons
    if kind == "text" and some / len(sample) >= _SOME_HELD:
        reasons.append(Reason("text-with-personal-data", some, len(sample)))
        return "text", None, reasons
    identifies = kind in ("text", "integer") and n >= _LEAST_ROWS and distinct / n >= _UNIQUE
    if identifies:
        reasons.append(Reason("unique-values", distinct, n))
        return "direct", "ID", reasons
    if kind == "date":
        return "quasi", None, [Reason("values-recognized", len(sample), len(sample), "DATE_TIME")]
    if kind in ("number", "integer"):
        return "none", None, [Reason("numbers", distinct, n)]
    code = "few-values" if distinct <= _FEW else "nothing-found"
    return "none", None, [Reason(code, distinct, n)]


_LOOSE: Final = frozenset(
    {
        "ACCOUNT_NUMBER",
        "AGE",
        "DATE_TIME",
        "ID",
        "ID_NUMBER",
        "LOCATION",
        "PHONE_NUMBER",
        "US_BANK_NUMBER",
        "ZIP_CODE",
    }
)
"""Types that a bare number may be taken for."""


def _whole_values(sample: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[str | None, int]:
    """The entity that most values are, and how many of them."""
    counts: dict[str, int] = {}
    for value, found in zip(sample, spans, strict=True):
        length = len(value.strip())
        for span in found:
            if length and (span.end - span.start) / length >= _WHOLE:
                counts[span.type] = counts.get(span.type, 0) + 1
    if not counts:
        return None, 0
    best = max(sorted(counts), key=lambda entity: counts[entity])
    return best, counts[best]


def _more_telling(named: tuple[Role, str] | None, recognized: str) -> str:
    """The name's entity: equal columns of two files must be of one; but any other than `ID`."""
    if named is None or named[0] != "direct":
        return recognized
    return recognized if named[1] == "ID" and recognized not in _LOOSE else named[1]


def _by_name(name: str) -> tuple[Role, str] | None:
    """The role that a column's name suggests; `birthDate`, `Birth Date` are `birth_date`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")
    for role, entity, rule in _COMPILED:
        if rule.fullmatch(plain):
            return role, entity
    return None


def kind_of(column: pl.Series, sample: Sequence[str]) -> Kind:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    if column.dtype == pl.Boolean:
        return "boolean"
    if column.dtype.is_integer():
        return "integer"
    if column.dtype.is_float():
        return "number"
    if column.dtype.is_temporal():
        return "date"
    if not sample:
        return "text"
    if all(re.fullmatch(r"[+-]?\d{1,18}", value) for value in sample):
        padded = any(len(value) > 1 and value[0] == "0" for value in sample)
        return "text" if padded else "integer"
    if all(number_of(value) is not None for value in sample):
        return "number"
    if all(date_of(value) is not None for value in sample):
        return "date"
    if {value.lower() for value in sample} <= {"true", "false", "yes", "no", "y", "n", "t", "f"}:
        return "boolean"
    return "text"

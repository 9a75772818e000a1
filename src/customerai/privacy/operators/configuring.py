"""Operators from their configurations, and the list of them that a console can draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from customerai.privacy.operators.date_shift import MOST_DAYS, DateShift
from customerai.privacy.operators.encrypting import Encrypt
from customerai.privacy.operators.errors import InvalidOperator
from customerai.privacy.operators.fpe import FormatPreserving
from customerai.privacy.operators.generalizing import DATE_LEVELS, Generalize
from customerai.privacy.operators.pseudonym import MAX_LENGTH, MIN_LENGTH, Pseudonym
from customerai.privacy.operators.simple import (
    MAX_HASH_LENGTH,
    MIN_HASH_LENGTH,
    Keep,
    KeyedHash,
    Mask,
    Redact,
    Replace,
)
from customerai.privacy.operators.surrogates import Surrogate

Operator = (
    Replace
    | Mask
    | Redact
    | KeyedHash
    | Keep
    | Encrypt
    | FormatPreserving
    | Pseudonym
    | Surrogate
    | DateShift
    | Generalize
)

_MAX_REPLACEMENT: Final = 256
_MAX_SHOWN: Final = 16


@dataclass(frozen=True)
class Field:
    """One setting of an operator, in the words of JSON Schema.

    Attributes:
        schema: `type`, and `minimum`, `maximum`, `maxLength`, `enum`, `default` where they apply.
        wants: what it must be, as an error says it.
    """

    schema: Mapping[str, Any]
    wants: str
    description: str

    def accepts(self, value: object) -> bool:
        """Whether a value is of the type and in the range."""
        kinds = self.schema["type"]
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if value is None:
            return "null" in kinds
        if isinstance(value, bool):
            return "boolean" in kinds
        if isinstance(value, int):
            low, high = self.schema.get("minimum", value), self.schema.get("maximum", value)
            return "integer" in kinds and bool(low <= value <= high)
        if not isinstance(value, str) or "string" not in kinds:
            return False
        if "enum" in self.schema:
            return value in self.schema["enum"]
        if self.schema.get("format") == "sign":
            return len(value) == 1 and not value.isalnum() and not value.isspace()
        return len(value) <= int(self.schema.get("maxLength", len(value)))


@dataclass(frozen=True)
class Kind:
    """What the list says of one operator.

    Attributes:
        make: the class; its arguments are the fields.
        restores: how the value comes back: `key` from the text alone, `session` from the vault,
            `asked` from the vault when the field `reversible` is set, `never`.
    """

    make: type[Operator]
    restores: str
    description: str
    fields: Mapping[str, Field]


def _whole(low: int, high: int | None, default: int | None, description: str) -> Field:
    schema: dict[str, Any] = {"type": "integer", "minimum": low, "default": default}
    wants = f"a whole number of {low} or more"
    if high is not None:
        schema["maximum"] = high
        wants = f"a whole number in {low}..{high}"
    if default is None:
        schema["type"] = ["integer", "null"]
    return Field(schema, wants, description)


def _switch(description: str, *, may_be_null: bool = False) -> Field:
    if may_be_null:
        return Field(
            {"type": ["boolean", "null"], "default": None}, "true, false or null", description
        )
    return Field({"type": "boolean", "default": False}, "true or false", description)


def _one_of(options: tuple[str, ...], description: str) -> Field:
    schema = {"type": "string", "enum": list(options), "default": options[0]}
    return Field(schema, f"one of {', '.join(options)}", description)


_DAY_FIRST: Final = _switch(
    "Read 03/04/2020 as the third of April; null: only without slashes.", may_be_null=True
)
_REMEMBERED: Final = _switch("The session remembers the value, so that it can be restored there.")

_KINDS: Final[Mapping[str, Kind]] = {
    "replace": Kind(
        Replace,
        "never",
        "A fixed text, or the type in brackets.",
        {
            "new_value": Field(
                {"type": ["string", "null"], "maxLength": _MAX_REPLACEMENT, "default": None},
                f"a text of at most {_MAX_REPLACEMENT} characters",
                "The text; null: the type in brackets.",
            )
        },
    ),
    "redact": Kind(Redact, "never", "Nothing in its place.", {}),
    "mask": Kind(
        Mask,
        "never",
        "Letters and digits replaced by one sign; of a card the last four stay.",
        {
            "chars_to_mask": _whole(0, None, None, "How many; null: all."),
            "masking_char": Field(
                {"type": "string", "format": "sign", "maxLength": 1, "default": "*"},
                "one sign (no letter, digit or blank)",
                "The sign.",
            ),
            "from_end": _switch("Count from the end."),
        },
    ),
    "hash": Kind(
        KeyedHash,
        "never",
        "HMAC-SHA-256 under the tenant's key, in hex.",
        {"length": _whole(MIN_HASH_LENGTH, MAX_HASH_LENGTH, 32, "Hex digits.")},
    ),
    "keep": Kind(Keep, "never", "The value as it is; refused where a text must be safe.", {}),
    "encrypt": Kind(
        Encrypt,
        "key",
        "The value sealed with the tenant's key, as a token in the text.",
        {"deterministic": _switch("One value, one token: joins are possible, and seen.")},
    ),
    "fpe": Kind(
        FormatPreserving,
        "session",
        "A value of the same form by FF1; a placeholder where fewer than a million have it.",
        {
            "keep_first": _whole(
                0, _MAX_SHOWN, 0, "Letters and digits that stay at the beginning."
            ),
            "keep_last": _whole(0, _MAX_SHOWN, 0, "Letters and digits that stay at the end."),
            "keep_luhn": _switch("Keep the check digit; null: for cards.", may_be_null=True),
        },
    ),
    "pseudonym": Kind(
        Pseudonym,
        "asked",
        "One short name per value, the same in all sessions of the tenant.",
        {
            "length": _whole(MIN_LENGTH, MAX_LENGTH, 12, "Hex digits."),
            "across": _one_of(("tenant", "session"), "Where a value keeps its pseudonym."),
            "reversible": _REMEMBERED,
        },
    ),
    "surrogate": Kind(
        Surrogate,
        "session",
        "A realistic value of the same gender, culture and form; else a placeholder.",
        {},
    ),
    "date_shift": Kind(
        DateShift,
        "asked",
        "All dates of a customer moved by the same number of days.",
        {
            "max_days": _whole(7, MOST_DAYS, 365, "The most days to move by, back or on."),
            "keep_weekday": _switch("Move by whole weeks."),
            "day_first": _DAY_FIRST,
            "reversible": _REMEMBERED,
        },
    ),
    "generalize": Kind(
        Generalize,
        "never",
        "A band, a month, a network, a domain, a country.",
        {
            "age_band": _whole(2, 50, 10, "Years of a band."),
            "date_to": _one_of(DATE_LEVELS, "What of a date stays."),
            "day_first": _DAY_FIRST,
        },
    ),
}


def parse_operator(config: Mapping[str, Any]) -> Operator:
    """The operator that a configuration such as `{"operator": "mask", "from_end": true}` asks for.

    `catalogue()` lists operators and fields. Presidio's spelling `type` is taken for `operator`.

    Raises:
        InvalidOperator: an unknown operator or field, or a value of the wrong type or range.
    """
    fields = dict(config)
    if "type" in fields and "operator" not in fields:
        fields["operator"] = fields.pop("type")
    name = fields.pop("operator", None)
    if name is None:
        raise InvalidOperator("field 'operator' is missing")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InvalidOperator(f"field 'operator' is not one of {', '.join(sorted(_KINDS))}")
    for field_name, field in kind.fields.items():
        if field_name in fields and not field.accepts(fields[field_name]):
            raise InvalidOperator(f"field '{field_name}' is not {field.wants}")
    if not fields.keys() <= kind.fields.keys():
        # Not the field's name: a caller's slip may have put a value there.
        raise InvalidOperator(f"operator '{name}' was given a field it does not have")
    return kind.make(**fields)


def catalogue() -> list[dict[str, Any]]:
    """All operators: name, description, how the value comes back, and the fields as JSON Schema."""
    return [
        {
            "operator": name,
            "description": kind.description,
            "restores": kind.restores,
            "parameters": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    field_name: {
                        **{key: value for key, value in field.schema.items() if key != "format"},
                        "description": field.description,
                    }
                    for field_name, field in kind.fields.items()
                },
            },
        }
        for name, kind in sorted(_KINDS.items())
    ]

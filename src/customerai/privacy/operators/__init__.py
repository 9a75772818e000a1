"""What to put in the place of a value, and how to put it there."""

from customerai.privacy.operators.applying import AppliedSpan, apply
from customerai.privacy.operators.configuring import Operator, catalogue, parse_operator
from customerai.privacy.operators.date_shift import DateShift
from customerai.privacy.operators.encrypting import Encrypt, decrypted
from customerai.privacy.operators.errors import InvalidOperator, NoStandIn, OverlappingSpans
from customerai.privacy.operators.fpe import FormatPreserving
from customerai.privacy.operators.generalizing import Generalize
from customerai.privacy.operators.pseudonym import Pseudonym
from customerai.privacy.operators.running import is_remembered, run
from customerai.privacy.operators.scope import Scope
from customerai.privacy.operators.simple import (
    Keep,
    KeyedHash,
    Mask,
    Redact,
    Replace,
    keyed_hash,
)
from customerai.privacy.operators.surrogates import Surrogate, Surrogates

__all__ = [
    "AppliedSpan",
    "DateShift",
    "Encrypt",
    "FormatPreserving",
    "Generalize",
    "InvalidOperator",
    "Keep",
    "KeyedHash",
    "Mask",
    "NoStandIn",
    "Operator",
    "OverlappingSpans",
    "Pseudonym",
    "Redact",
    "Replace",
    "Scope",
    "Surrogate",
    "Surrogates",
    "apply",
    "catalogue",
    "decrypted",
    "is_remembered",
    "keyed_hash",
    "parse_operator",
    "run",
]

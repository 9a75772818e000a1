"""What can go wrong with an operator."""

from __future__ import annotations


class InvalidOperator(ValueError):
    """An operator's configuration is not one we know. The message names the field, no value."""


class OverlappingSpans(ValueError):
    """The spans to replace overlap, are unsorted or reach outside the text."""


class NoStandIn(ValueError):
    """An operator has nothing for this value; a placeholder is to stand there. Names no value."""

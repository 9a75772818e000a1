"""Pure recognizers: each finds the spans of a few entity types in a text."""

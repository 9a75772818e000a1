"""Finds personal data in text, hides it, and keeps what was hidden in a sealed vault."""

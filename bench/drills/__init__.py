"""Fault drills of the split mode: a fleet under load, one fault after the other, nothing lost."""

"""Clouds behind the ports `Kms` and `ObjectStore`; each needs the extra of its name."""

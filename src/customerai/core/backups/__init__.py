"""Backups: taken from a running database, sealed on the way, drilled by restoring them."""

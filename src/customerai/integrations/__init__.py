"""Conversations in from other systems: files now, help desks and CRMs later."""

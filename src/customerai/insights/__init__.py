"""What customers write about and how they feel: scored as messages arrive, counted by the hour."""

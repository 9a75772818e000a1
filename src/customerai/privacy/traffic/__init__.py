"""What left for models and callers, and what the second look at it found."""

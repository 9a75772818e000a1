"""Keeps conversations and answers them from knowledge, with citations or not at all."""

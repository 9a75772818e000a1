"""CustomerAI: customer conversations turned into insight and answers, private and fair."""

__version__ = "0.1.0"

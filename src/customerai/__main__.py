"""`python -m customerai` is the command line."""

from customerai.cli import main

main()

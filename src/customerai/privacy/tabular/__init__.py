"""Tables made safe: files and data frames in, roles found, a plan, a release and what it cost.

from customerai.privacy.tabular import find_roles, plan_of, release

roles = find_roles(frame, analyzer)
plan = plan_of({"columns": [...], "k": 5}, frame.columns)
made = release(frame, plan, key=key, analyzer=analyzer)
made.frame, made.report
"""

from customerai.privacy.tabular.planning import InvalidPlan, TablePlan, plan_of
from customerai.privacy.tabular.reading import Limits, TableUnreadable, read
from customerai.privacy.tabular.releasing import CannotKeep, Release, release
from customerai.privacy.tabular.roles import FoundColumn, find_roles
from customerai.privacy.tabular.writing import write

__all__ = [
    "CannotKeep",
    "FoundColumn",
    "InvalidPlan",
    "Limits",
    "Release",
    "TablePlan",
    "TableUnreadable",
    "find_roles",
    "plan_of",
    "read",
    "release",
    "write",
]

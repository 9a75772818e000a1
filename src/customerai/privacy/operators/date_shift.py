"""date_shift: all dates of one person moved by the same number of days, so that intervals stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

from customerai.privacy.operators.dates import read
from customerai.privacy.operators.errors import NoStandIn
from customerai.privacy.operators.scope import Scope, number
from customerai.privacy.recognizers.spans import Span

MOST_DAYS: Final = 3650
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class DateShift:
    """The date moved by 1..`max_days` days, back or on, in the same words; times of day stay.

    The number of days is the subject's, or the session's where there is no subject; nobody
    without the tenant's key can tell it.

    Attributes:
        max_days: 1..3650.
        keep_weekday: move by whole weeks.
        day_first: how 03/04/2020 is read; None: with slashes the month first, else the day.
        reversible: the session remembers the date, so that it can be restored there.
    """

    kind: ClassVar[str] = "date_shift"
    max_days: int = 365
    keep_weekday: bool = False
    day_first: bool | None = None
    reversible: bool = False

    def days(self, scope: Scope) -> int:
        """By how many days the dates of this scope move; never 0.

        Raises:
            ValueError: whole weeks are asked for and `max_days` is below 7.
        """
        step = _WEEK if self.keep_weekday else 1
        steps = self.max_days // step
        if steps < 1:
            raise ValueError("max_days is below a week")
        whose = ("subject", scope.subject) if scope.subject else ("session", scope.session)
        at = number(scope.derived("date_shift"), *whose) % (2 * steps)
        return step * (at - steps if at < steps else at - steps + 1)

    def run(self, span: Span, value: str, scope: Scope) -> str:
        """The moved date.

        Raises:
            NoStandIn: the value is no date that can be read, or would stay as it is.
        """
        del span
        found = read(value, day_first=self.day_first)
        if found is None:
            raise NoStandIn("the date cannot be read")
        try:
            moved: date = found.day + timedelta(days=self.days(scope))
        except OverflowError as error:
            raise NoStandIn("the date cannot be moved") from error
        stand_in = found.written(moved)
        if stand_in == value:
            raise NoStandIn("the date would stay as it is")
        return stand_in

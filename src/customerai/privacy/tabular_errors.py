"""What can be refused about tables, their releases and private statistics."""

from __future__ import annotations

from customerai.core.errors import Conflict, ContentTooLarge, InvalidRequest, NotFound


class TableInvalid(InvalidRequest):
    """A file is no table that can be read, or a field sent with it cannot be used."""


class TableTooLarge(ContentTooLarge):
    """An uploaded table has more bytes than the limit."""


class TableNotFound(NotFound):
    """No table with that id in this tenant."""

    def __init__(self, table_id: str = "") -> None:
        super().__init__("No table with that id.", table_id=table_id)


class TableProjectNotFound(NotFound):
    """No project of tables with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No project of tables with that id.")


class TableGone(Conflict):
    """The file of a table was deleted, an hour after it came or once it was released."""

    def __init__(self, table_id: str) -> None:
        super().__init__("The table's file is deleted. Upload it again.", table_id=table_id)


class UploadTwice(Conflict):
    """Two uploads under one idempotency key came at once; the other one goes on."""

    def __init__(self) -> None:
        super().__init__("The same upload is on its way already. Ask again.")


class TablePlanInvalid(InvalidRequest):
    """The plan of a release does not fit its table; the detail names the column's place."""


class TableReleaseNotFound(NotFound):
    """No release of tables with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No release of tables with that id.")


class TableReleaseNotReady(Conflict):
    """The release's job has not ended well yet, or its files are deleted."""

    def __init__(self) -> None:
        super().__init__("The release has no files: its job is not done, or they are deleted.")


class DatasetNotFound(NotFound):
    """No dataset with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No dataset with that id.")


class DatasetFixed(Conflict):
    """A dataset exists already with another budget or number of rows a person; both stay."""

    def __init__(self) -> None:
        super().__init__(
            "This dataset has another epsilon_budget or rows_per_person, which cannot change; "
            "leave both out."
        )


class BudgetSpent(Conflict):
    """A statistic would cost more of the privacy budget than is left; no noise was drawn."""

    def __init__(self, *, asked: float, left: float) -> None:
        super().__init__(
            "The statistic costs more epsilon than the dataset has left. Ask for less, or ask "
            "what was asked before: that is free.",
            epsilon=asked,
            epsilon_left=left,
        )


class StatisticInvalid(InvalidRequest):
    """A statistic cannot be asked so; the detail names the field."""


class TableReleaseFailed(Conflict):
    """A release cannot be made: its table is gone, or nothing reaches what its plan asks for."""

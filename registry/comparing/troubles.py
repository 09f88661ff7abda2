"""What went wrong with a job, as a report tells it."""

import attrs

from visemix.core.errors import VisemixError


@attrs.frozen
class Trouble:
    """Why something could not be done.

    Attributes:
        stage: "clip", "recipe", "prepare", "make", "judge" or "metric NAME".
        what: was wrong.
        do: what to do about it.
    """

    stage: str
    what: str
    do: str = ""

    @staticmethod
    def of(error: Exception, stage: str) -> "Trouble":
        """An error as it is told in a report."""
        if isinstance(error, VisemixError):
            where = f"{error.where}: " if error.where else ""
            return Trouble(stage, f"{where}{error.what}", error.do)
        what = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Trouble(stage, what, "report it to the plugin's authors")


class StagedError(Exception):
    """An error that is known to belong to a stage of a job.

    Args:
        stage: which.
        error: the error itself.
    """

    def __init__(self, stage: str, error: Exception) -> None:
        super().__init__(str(error))
        self.stage = stage
        self.error = error

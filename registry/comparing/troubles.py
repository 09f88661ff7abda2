"""What went wrong with a job, as a report tells it."""

import re

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
            return Trouble(stage, _lasting(f"{where}{error.what}"), error.do)
        what = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Trouble(stage, _lasting(what), "report it to the plugin's authors")


def _lasting(text: str) -> str:
    """Without the folder of an unfinished case, which is gone and named after a process.

    >>> _lasting("/report/work/cases/.5f1c.771.part/video.mp4: it is too small")
    'video.mp4: it is too small'
    """
    return _UNFINISHED.sub("", text)


_UNFINISHED = re.compile(r"\S*/\.[^/\s]+\.part/")


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

"""WER: how many of the spoken words a lip reader gets wrong."""

import re
from collections.abc import Sequence

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.plugins.lip_metrics.readers import reader_of

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class WordErrorRate(Metric):
    """Substituted, left out and added words, over the words that were said.

    Args:
        command: a program that prints the words of a video, with {video} where its path belongs.
        function: "package.module:name", called with the video's path, gives the words.
        timeout_s: seconds after which the program is stopped.

    Raises:
        VisemixError: no reader is named, or two; the function cannot be imported.
    """

    def __init__(self, *, command: str = "", function: str = "", timeout_s: float = 600.0) -> None:
        self._reader = reader_of(command, function, timeout_s)

    def observe(self, case: Case) -> Observation:
        """See Metric: "value", and "errors" and "words" of which it is made.

        Raises:
            VisemixError: the reader fails.
        """
        said = spoken(case.said)
        if not said:
            return Observation.of(float("nan"), "the protocol does not say what is spoken")
        if case.made.file is None:
            return Observation.of(float("nan"), "there is no video file to read")
        read = spoken(self._reader(case.made.file))
        errors = word_errors(read, said)
        counts = {"errors": torch.tensor(errors), "words": torch.tensor(len(said))}
        value = torch.tensor(errors / len(said))
        return Observation({"value": value, **counts}, f'read "{" ".join(read)}"')

    def conclude(self, observations: Sequence[Observation]) -> float:
        """See Metric: errors in all clips over words in all clips."""
        seen = [o.values for o in observations if "words" in o.values]
        words = sum(int(values["words"]) for values in seen)
        return sum(int(values["errors"]) for values in seen) / words if words else float("nan")


def spoken(text: str) -> list[str]:
    """Words of a text, without case and punctuation.

    >>> spoken("Bin blue, at F. It's now!")
    ['bin', 'blue', 'at', 'f', "it's", 'now']
    """
    return _WORD.findall(text.lower())


def word_errors(read: Sequence[str], said: Sequence[str]) -> int:
    """Fewest words that must be changed, left out or added to make one of the other."""
    from torchmetrics.functional.text import word_error_rate  # slow to import

    rate = float(word_error_rate([" ".join(read)], [" ".join(said)]))
    return round(rate * len(said))

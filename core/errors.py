"""Every error that a user can cause, as one tree.

VisemixError
├── InvalidValue        a tensor or number does not have the shape, type or range it must have
├── MediaError          a file cannot be read as audio, video or photo
├── OutputError         a result cannot be written
├── FaceError           no usable face in the reference
├── SubjectError        a prepared subject folder is damaged or of another version
├── DatasetError        a training dataset is missing, empty or damaged
├── CheckpointError     a checkpoint is damaged, unsafe or of another recipe
├── TrainingError       training cannot start or go on
├── ComparisonError     a protocol or a comparison cannot be read or run
├── RecipeError         a recipe says something that cannot be
│   ├── UnknownPart     no installed plugin offers a part of that name
│   └── ContractError   two neighbours in a recipe do not fit
└── PluginError         a plugin cannot be loaded
"""


class VisemixError(Exception):
    """Something that a user can put right.

    Args:
        what: what was wrong, in one sentence without a full stop.
        where: the file, key or position it was found at.
        do: what to do about it, in one sentence without a full stop.

    >>> print(VisemixError("no such file", where="a.wav", do="check the path"))
    a.wav: no such file. Check the path.
    """

    def __init__(self, what: str, *, where: object = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = str(where)
        self.do = do

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.do[:1].upper()}{self.do[1:]}." if self.do else ""
        return f"{place}{self.what}.{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.do)


def _rebuild(kind: type[VisemixError], what: str, where: str, do: str) -> VisemixError:
    return kind(what, where=where, do=do)


class InvalidValue(VisemixError):
    """A tensor or number does not have the shape, type or range it must have."""


class MediaError(VisemixError):
    """A file cannot be read as audio, video or photo."""


class OutputError(VisemixError):
    """A result cannot be written."""


class FaceError(VisemixError):
    """The reference shows no usable face."""


class SubjectError(VisemixError):
    """A prepared subject folder is damaged or was made by another version."""


class DatasetError(VisemixError):
    """A training dataset is missing, empty or damaged."""


class CheckpointError(VisemixError):
    """A checkpoint is damaged, unsafe to load, or belongs to another recipe."""


class TrainingError(VisemixError):
    """Training cannot start or go on."""


class ComparisonError(VisemixError):
    """A protocol or a comparison cannot be read or run."""


class RecipeError(VisemixError):
    """A recipe says something that cannot be."""


class UnknownPart(RecipeError):
    """No installed plugin offers a part of that name."""


class ContractError(RecipeError):
    """Two neighbouring parts of a recipe do not fit together."""


class PluginError(VisemixError):
    """A plugin cannot be loaded."""

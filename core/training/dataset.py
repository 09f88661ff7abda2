"""A training dataset: a folder of prepared subjects, each with the features of its own sound."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from visemix.core.errors import DatasetError, InvalidValue
from visemix.core.media.part_file import output_error
from visemix.core.subjects.folder import ABOUT, load_subject
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject

FeatureMaker = Callable[[Subject], AudioFeatures]


@attrs.frozen(eq=False)
class Example:
    """One prepared clip.

    Attributes:
        subject: track, fit and pictures.
        features: of its sound, one window per frame.
    """

    subject: Subject
    features: AudioFeatures


@attrs.frozen(eq=False)
class Dataset:
    """Prepared clips in a fixed order."""

    examples: Sequence[Example]


def load_dataset(folder: Path, features: FeatureMaker, key: str) -> Dataset:
    """Read every subject folder below ``folder``; features are computed once and kept beside it.

    Args:
        folder: what ``visemix prepare`` wrote.
        features: makes the features of a subject's sound.
        key: names the encoder and its settings; another key never reads this one's features.

    Raises:
        OutputError: the features cannot be written.
        DatasetError: no folder, nothing in it, or nothing in it has sound.
    """
    if not folder.is_dir():
        raise DatasetError("there is no such folder", where=folder, do=_ADVICE)
    subjects = [load_subject(path) for path in sorted(_subject_folders(folder))]
    speaking = [s for s in subjects if s.audio is not None and not s.photo]
    if not speaking:
        raise DatasetError("it holds no prepared clip with sound", where=folder, do=_ADVICE)
    return Dataset([Example(s, cached_features(s, features, key)) for s in speaking])


def _subject_folders(folder: Path) -> Iterator[Path]:
    """All below it, behind links too: that is how a dataset is put together from others."""
    seen: set[Path] = set()
    for place, below, files in os.walk(folder, followlinks=True):
        if ABOUT in files:
            yield Path(place)
        real = {name: (Path(place) / name).resolve() for name in below}
        below[:] = [name for name in below if real[name] not in seen]
        seen.update(real.values())


_ADVICE = "make one with 'visemix prepare VIDEO ... -o DIR'"


def cached_features(subject: Subject, features: FeatureMaker, key: str) -> AudioFeatures:
    """Features of ``subject`` from its folder, or made now and kept there."""
    path = subject.folder / "features" / f"{key}.safetensors" if subject.folder else None
    if path is not None and path.exists():
        stored = _read(path)
        if stored is not None:
            return stored
    made = features(subject)
    if path is not None:
        try:
            _write(path, made)
        except OSError as error:
            raise output_error(error, path) from None
    return made


def _write(path: Path, features: AudioFeatures) -> None:
    path.parent.mkdir(exist_ok=True)
    about = {
        "kind": features.kind,
        "fps": repr(features.fps),
        "centre": repr(features.centre),
        "look_ahead_ms": repr(features.look_ahead_ms),
    }
    part = path.with_suffix(".part")
    save_file({"values": features.values.contiguous()}, part, metadata=about)
    part.replace(path)


def _read(path: Path) -> AudioFeatures | None:
    """Stored features; None if they are damaged, so that they are made again."""
    try:
        with safe_open(path, framework="pt") as stored:
            about = stored.metadata()
        return AudioFeatures(
            load_file(path)["values"],
            fps=float(about["fps"]),
            kind=about["kind"],
            centre=float(about["centre"]),
            look_ahead_ms=float(about["look_ahead_ms"]),
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, InvalidValue):
        return None

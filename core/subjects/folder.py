"""A prepared subject as a folder.

    subject.json          what it is: name, size, rate, conventions, notes, and the plain fields
    tensors.safetensors   track, fit, statistics, sound, identity
    frames.pack           the reference's pictures (pack_format.py)

Parts may keep what they learned of the person beside them (personal weights, cached features).
"""

import json
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.media.part_file import output_error
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.subjects.part_folder import PartFolder
from visemix.core.subjects.tree import put_together, take_apart
from visemix.core.values.audio import Audio
from visemix.core.values.subject import AttributeStatistics, FaceFit, Subject
from visemix.core.values.track import Track

FORMAT = 1
ABOUT = "subject.json"
TENSORS = "tensors.safetensors"
FRAMES = "frames.pack"

CONVENTIONS = {
    "pixels": "x right, y down, pixel centres at half integers",
    "crop": "affine map from full-frame px to crop px",
    "frames": "JPEG, sRGB",
}

_AGAIN = "prepare the reference again"


def is_subject(folder: Path) -> bool:
    """Whether there is a prepared subject."""
    return (folder / ABOUT).is_file()


def save_subject(subject: Subject, folder: Path, *, overwrite: bool = False) -> Subject:
    """Write a subject; nothing has the name ``folder`` before everything is there.

    Returns:
        The same subject, read back from its folder.

    Raises:
        OutputError: the folder has something in it, or cannot be written.
    """
    with PartFolder(folder, overwrite) as part:
        try:
            with (part.part / FRAMES).open("wb") as file:
                _copy_frames(subject, file)
        except OSError as e:
            raise output_error(e, folder) from None
        write_values(subject, part.part)
        part.commit()
    return load_subject(folder)


def _copy_frames(subject: Subject, file: Any) -> None:
    if isinstance(subject.frames, FramePack):
        subject.frames.copy_to(file)  # no second compression
        return
    with PackWriter(file) as writer:
        for index in range(len(subject.frames)):
            writer.add(subject.frames[index])


def write_values(subject: Subject, folder: Path) -> None:
    """Write everything but the pictures into ``folder``.

    Raises:
        OutputError: it cannot be written.
    """
    tensors, values = _take_apart(subject)
    about = {
        "visemix_subject": FORMAT,
        "name": subject.name,
        "digest": subject.digest,
        "photo": subject.photo,
        "notes": list(subject.notes),
        "fps": subject.fps,
        "frames": len(subject.frames),
        "height": subject.frames.height,
        "width": subject.frames.width,
        "face_model": subject.fit.model,
        "basis": subject.fit.attributes.basis,
        "conventions": CONVENTIONS,
        "values": values,
    }
    try:
        save_file(tensors, folder / TENSORS)
        text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
        (folder / ABOUT).write_text(text, encoding="utf-8")
    except OSError as e:
        raise output_error(e, folder) from None


def _take_apart(subject: Subject) -> tuple[dict[str, Tensor], dict[str, object]]:
    tensors: dict[str, Tensor] = {}
    values: dict[str, object] = {"audio": None}
    for name in ("track", "fit", "statistics", "audio"):
        value = getattr(subject, name)
        if value is not None:
            inner, values[name] = take_apart(value, name)
            tensors |= inner
    if subject.identity is not None:
        tensors["identity"] = subject.identity.contiguous()
    return tensors, values


def load_subject(folder: Path) -> Subject:
    """Read a subject; its pictures are decoded when they are asked for.

    Raises:
        SubjectError: it is missing, damaged, or of another version.
    """
    about = read_about(folder)
    tensors = _read_tensors(folder / TENSORS)
    frames = FramePack.open(folder / FRAMES)
    try:
        subject = _subject(about, tensors, frames, folder)
    except InvalidValue as e:
        raise SubjectError(str(e).removesuffix("."), where=folder, do=_AGAIN) from e
    except (KeyError, TypeError, AttributeError) as e:
        raise SubjectError(
            f"an entry is missing or wrong: {e}", where=folder / ABOUT, do=_AGAIN
        ) from e
    if len(frames) != len(subject.track.found):
        what = f"it has {len(frames)} frames, the track {len(subject.track.found)}"
        raise SubjectError(what, where=folder / FRAMES, do=_AGAIN)
    return subject


def read_about(folder: Path) -> dict[str, Any]:
    """What subject.json says.

    Raises:
        SubjectError: there is none, it is damaged, or of another version.
    """
    path = folder / ABOUT
    if not path.is_file():
        do = "give a folder made by 'visemix prepare'"
        raise SubjectError(f"there is no {ABOUT}", where=folder, do=do)
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise SubjectError(f"it cannot be read: {e}", where=path, do=_AGAIN) from e
    if not isinstance(about, dict) or "visemix_subject" not in about:
        raise SubjectError("it does not describe a subject", where=path, do=_AGAIN)
    if about["visemix_subject"] != FORMAT:
        what = f"it has format {about['visemix_subject']!r}, this version reads {FORMAT}"
        raise SubjectError(what, where=path, do=_AGAIN)
    return cast(dict[str, Any], about)


def _read_tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as e:
        raise SubjectError(f"it is missing or damaged: {e}", where=path, do=_AGAIN) from e


def _subject(
    about: dict[str, Any], tensors: dict[str, Tensor], frames: FramePack, folder: Path
) -> Subject:
    values = about["values"]
    audio = values["audio"]
    return Subject(
        name=str(about["name"]),
        frames=frames,
        track=put_together(Track, tensors, values["track"], "track"),
        fit=put_together(FaceFit, tensors, values["fit"], "fit"),
        statistics=put_together(AttributeStatistics, tensors, values["statistics"], "statistics"),
        audio=None if audio is None else put_together(Audio, tensors, audio, "audio"),
        identity=tensors.get("identity"),
        photo=bool(about["photo"]),
        digest=str(about["digest"]),
        folder=folder,
        notes=tuple(str(note) for note in about["notes"]),
    )

"""A video with its lock: what it was made from, and how to make it again."""

import argparse
from pathlib import Path

import attrs

from visemix.core.errors import CheckpointError, MediaError, OutputError
from visemix.core.media.video_out import read_metadata
from visemix.core.talking import Clip
from visemix.registry.api import LOCK_KEY, LockedProvenance, pipeline_of
from visemix.registry.build import build_recipe
from visemix.registry.checkpoint_fit import check_checkpoint
from visemix.registry.find_recipe import recipe_of_lock
from visemix.registry.installed import find_installed
from visemix.registry.lock import Lock, locked_file, parse_lock
from visemix.registry.lock_differences import lock_differences
from visemix.registry.progress_bar import ProgressBar
from visemix.registry.reference_subject import subject_of


@attrs.frozen
class LockedVideo:
    """A video that visemix made.

    Attributes:
        path: the video.
        lock: how it was made.
    """

    path: Path
    lock: Lock

    @staticmethod
    def read(path: Path) -> "LockedVideo":
        """Read the lock in a video.

        Raises:
            MediaError: it is no video, or there is no lock in it.
            CheckpointError: the lock is damaged.
        """
        metadata = read_metadata(path)
        if LOCK_KEY not in metadata:
            raise MediaError(
                "there is no lock in it, so how it was made is not known",
                where=path,
                do="give a video that visemix wrote and nobody encoded again",
            )
        return LockedVideo(path, parse_lock(metadata[LOCK_KEY], str(path)))

    def audio(self, given: Path | None) -> Path:
        """The sound file it was made from, or the one that is given instead.

        Raises:
            OutputError: it is not there any more.
        """
        locked = self.lock.inputs.get("audio")
        return self._found("audio", given, Path(locked.path) if locked else None)

    def reference(self, given: Path | None) -> Path:
        """The reference file or subject folder, as :meth:`audio`."""
        folder, locked = self.lock.options.get("subject_folder"), self.lock.inputs.get("reference")
        path = folder if isinstance(folder, str) else locked.path if locked else None
        return self._found("reference", given, Path(path) if path else None)

    def checkpoint(self, given: Path | None) -> Path | None:
        """The folder of its weights, as :meth:`audio`; None if they are those of the parts."""
        locked = self.lock.options.get("checkpoint")
        if given is None and not isinstance(locked, str):
            return None
        folder = self._found("checkpoint", given, Path(str(locked)))
        check_checkpoint(folder)
        return folder

    def _found(self, name: str, given: Path | None, locked: Path | None) -> Path:
        if given is None and (locked is None or not locked.exists()):
            raise OutputError(
                f"the {name} it was made from is not there any more ({locked or 'not recorded'})",
                where=self.path,
                do=f"say where it is now with --{name}",
            )
        path = given or locked
        assert path is not None
        if not path.exists():
            do = f"check the path of --{name}"
            raise MediaError("there is no such file or folder", where=path, do=do)
        return path

    def clip(self, args: argparse.Namespace, progress: ProgressBar) -> Clip:
        """The same video, about to be made.

        Args:
            args: ``audio``, ``reference`` and ``checkpoint`` say where things are now, if given.
            progress: who is told.
        """
        audio, reference = self.audio(args.audio), self.reference(args.reference)
        with progress.task("starting"):
            run = self.checkpoint(args.checkpoint)
            recipe = recipe_of_lock(self.lock, str(self.path))
            pipeline = pipeline_of(build_recipe(recipe, find_installed()), run, progress)
        face, seconds = self.lock.options.get("face"), self.lock.options.get("seconds")
        one = face if isinstance(face, int) and not reference.is_dir() else None
        subject, origin = subject_of(pipeline, reference, one)
        limit = float(seconds) if isinstance(seconds, int | float) else None
        return pipeline.generate(
            audio, subject, seed=self.lock.seed, seconds=limit, made_from=origin
        )

    def differences(self, clip: Clip) -> list[str]:
        """What is not as it was when this video was made, so ``clip`` may differ from it."""
        provenance = clip.pipeline.settings.provenance
        if not isinstance(provenance, LockedProvenance):
            raise CheckpointError("its pipeline keeps no lock", where=self.path)
        now = provenance.lock(clip.request)
        found = list(lock_differences(self.lock, now))
        for name, path in (("audio", clip.request.audio), ("reference", clip.request.reference)):
            locked = self.lock.inputs.get(name)
            if locked and path and path.is_file() and locked_file(path).sha256 != locked.sha256:
                found.append(f"the {name} {path} is not the file that it was made from")
        then = self.lock.options.get("subject")
        if then != clip.subject.digest and not any("the reference" in text for text in found):
            found.append("the reference was prepared from something else or in another way")
        return found

"""Preparing many references with the parts of one recipe, and the features of their sound."""

import argparse
from pathlib import Path

import attrs

from visemix.core.prepare import PrepareOptions, prepare
from visemix.core.progress import Progress
from visemix.core.training.dataset import cached_features
from visemix.core.values.subject import Subject
from visemix.registry.api import preparation_key
from visemix.registry.build import Built, build
from visemix.registry.features import FeatureMaker, feature_key


@attrs.frozen(eq=False)
class Preparation:
    """One recipe, about to prepare references.

    Attributes:
        built: its parts.
        options: the same for every reference but for the folder.
    """

    built: Built
    options: PrepareOptions

    @staticmethod
    def of(args: argparse.Namespace, progress: Progress) -> "Preparation":
        """As the command line says."""
        built = build(args.recipe, args.overrides)
        options = PrepareOptions(
            face=args.face,
            fps=built.resolved.recipe.video.fps,
            max_seconds=args.max_seconds,
            progress=progress,
            overwrite=args.overwrite,
            key=preparation_key(built),
            renderer=built.parts.renderer,
        )
        return Preparation(built, options)

    def prepare(self, reference: Path, folder: Path) -> Subject:
        """One reference, with the features that training will ask for."""
        parts = self.built.parts
        options = attrs.evolve(self.options, folder=folder)
        subject = prepare(reference, parts.tracker, parts.face_model, options)
        if subject.audio is not None and not subject.photo:
            self._listen(subject)
        return subject

    def _listen(self, subject: Subject) -> None:
        encoder, progress = FeatureMaker(self.built.parts.audio_encoder), self.options.progress
        task = f"listening to {subject.name}"
        progress.begin(task, None)
        try:
            cached_features(subject, encoder, feature_key(self.built))
        finally:
            progress.end(task)

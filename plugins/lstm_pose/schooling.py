"""From prepared clips to a Speaker: what is solved at once, and the stage that is trained."""

from collections.abc import Callable, Sequence

import attrs
import torch

from visemix.core.training.dataset import Example
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH, POSE, Basis
from visemix.plugins.lstm_pose.clips import (
    Spoken,
    Units,
    inner_rows,
    movement,
    spoken,
    variations,
)
from visemix.plugins.lstm_pose.compact import Size, SpeechLstm
from visemix.plugins.lstm_pose.head import learn_head, quarters
from visemix.plugins.lstm_pose.hearing import learn_hearing
from visemix.plugins.lstm_pose.lessons import Course, Excerpts, Lessons, copies
from visemix.plugins.lstm_pose.speaker import Speaker

GENERAL_PENALTY = 10_000.0
PERSONAL_PENALTY = 4_000.0
TRUST = 0.6
"""Share of the general head's weights that a personal head starts from."""

MOST_LIVELY = 1.5
"""Largest factor on a person's expression."""


@attrs.frozen(eq=False)
class Build:
    """How a compact model is built.

    Attributes:
        size: of a member.
        directions: principal directions of the linear head.
        members: how many networks.
        basis: of the expression.
    """

    size: Size
    directions: int
    members: int
    basis: Basis = LANDMARK_MESH


def general_stage(
    examples: Sequence[Example], build: Build, course: Course, done: Callable[[Speaker], None]
) -> Lessons:
    """Learn how people speak; ``done`` gets the result.

    Every clip has its own mean and scale: people differ, and so do pictures.
    """
    reach, basis = build.size.reach, build.basis
    rows = [inner_rows(e.features, reach) for e in examples]
    hearing = learn_hearing([r[:, reach] for r in rows], build.directions)
    units = [Units.of(movement(e.subject.fit, basis)) for e in examples]
    clips = [spoken(e, reach, u, basis) for e, u in zip(examples, units, strict=True)]
    centres = [c.windows[:, reach].mean(0) for c in clips]
    head = learn_head(hearing, list(zip(clips, centres, strict=True)), GENERAL_PENALTY, None)
    torch.manual_seed(course.seed)
    members = [SpeechLstm(build.size) for _ in range(build.members)]
    speaker = Speaker(hearing, head.weight, head.gain, hearing.mean, _average(units, clips), [])
    excerpts = Excerpts.of([variations(clip) for clip in clips], hearing, course)
    return Lessons("general", members, excerpts, lambda m: done(speaker.with_members(m)))


def personal_stage(
    examples: Sequence[Example],
    general: Speaker,
    basis: Basis,
    course: Course,
    done: Callable[[Speaker], None],
) -> Lessons:
    """Learn how one person speaks, from what ``general`` knows of people.

    Some of the spread that predictions lack is given back (``Course.liveliness``): lips that hardly
    part are not seen to part at all once they are drawn.
    """
    reach = general.members[0].size.reach
    units = Units.of(torch.cat([movement(e.subject.fit, basis) for e in examples]))
    clips = [spoken(e, reach, units, basis) for e in examples]
    centre = torch.cat([c.windows[:, reach] for c in clips]).mean(0)
    start = TRUST * general.weight
    start[-1] = 0
    pieces = [(piece, centre) for clip in clips for piece in quarters(clip)]
    head = learn_head(general.hearing, pieces, PERSONAL_PENALTY, start)
    lively = units.livelier(min(head.loss_of_spread**course.liveliness, MOST_LIVELY))
    speaker = attrs.evolve(
        general, weight=head.weight, gain=head.gain, centre=centre, units=lively, members=[]
    )
    excerpts = Excerpts.of([variations(clip) for clip in clips], general.hearing, course)
    members = copies(general.members)
    return Lessons("personal", members, excerpts, lambda m: done(speaker.with_members(m)))


def _average(units: Sequence[Units], clips: Sequence[Spoken]) -> Units:
    """Units for somebody of whom nothing is known; the pose's are left to the reference."""
    share = torch.tensor([float(len(clip.targets)) for clip in clips]).sqrt()
    share = (share / share.sum())[:, None]
    mean = (torch.stack([u.mean for u in units]) * share).sum(0)
    scale = (torch.stack([u.scale for u in units]) * share).sum(0)
    mean[-POSE:], scale[-POSE:] = 0, 1
    return Units(mean, scale)

"""Made-up people who nod, and who shake their heads."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.judging.case import Case, Observation
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.testing.takes import landmarks_of, losing, take_with
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose
from visemix.plugins.motion_metrics.personalisation import (
    BlinkPersonalisation,
    Personalisation,
    PosePersonalisation,
    windows_of,
)

FRAMES = 220
AXES = {"ann": 0, "bob": 1, "cem": 2}
PERIODS = {"ann": 11, "bob": 25, "cem": 60}
"""Frames from one blink to the next."""


def moving(person: str, seed: int) -> Tensor:
    """Landmarks of somebody who turns their head about their own axis and blinks at their rate."""
    random = torch.Generator().manual_seed(seed)
    base = sample_attributes(SamplePlan(frames=FRAMES))
    assert base.pose is not None and base.blink is not None
    time = torch.arange(FRAMES) / 25
    angles = torch.randn(FRAMES, 3, generator=random) * 0.2
    angles[:, AXES[person]] += 6 * torch.sin(5 * time + 6 * float(torch.rand(1, generator=random)))
    shift = int(torch.randint(60, (1,), generator=random))
    shut = (torch.arange(FRAMES) + shift) % PERIODS[person] < 4
    attributes: FaceAttributes = attrs.evolve(
        base,
        pose=HeadPose(angles, base.pose.translation, base.pose.convention),
        blink=5.0 * shut,
    )
    return landmarks_of(attributes)


@pytest.fixture(scope="module")
def films() -> dict[tuple[str, str], Tensor]:
    """(person, "reference" or "later") -> landmarks."""
    return {
        (person, when): moving(person, 10 * AXES[person] + k)
        for person in AXES
        for k, when in enumerate(("reference", "later"))
    }


Films = dict[tuple[str, str], Tensor]


def seen(metric: Personalisation, films: Films, person: str, made: Tensor) -> Observation:
    real = take_with(films[person, "later"], person)
    return metric.observe(
        Case(take_with(made, person), real, take_with(films[person, "reference"]))
    )


@pytest.mark.parametrize("kind", [PosePersonalisation, BlinkPersonalisation])
def test_real_people_are_known_and_still_ones_guessed(
    kind: type[Personalisation], films: Films
) -> None:
    metric = kind()
    real = [seen(metric, films, person, films[person, "later"]) for person in AXES]
    assert metric.conclude(real) == 1
    still = [
        seen(metric, films, person, films[person, "later"][:1].expand(FRAMES, -1, -1))
        for person in AXES
    ]
    assert metric.conclude(still) == pytest.approx(1 / 3)


def test_another_persons_motion_is_theirs(films: Films) -> None:
    metric = PosePersonalisation()
    swapped = {"ann": "bob", "bob": "ann", "cem": "cem"}
    made = [seen(metric, films, who, films[like, "later"]) for who, like in swapped.items()]
    assert metric.conclude(made) == pytest.approx(1 / 3)


def test_it_is_another_number_for_other_people(films: Films) -> None:
    """Drawn with replacement, clips may leave people out or come twice."""
    metric = PosePersonalisation()
    real = [seen(metric, films, person, films[person, "later"]) for person in AXES]
    swapped = seen(metric, films, "ann", films["bob", "later"])
    assert metric.conclude([real[0], real[2], real[2]]) == 1
    assert metric.conclude([swapped, real[1], real[1], real[1]]) == pytest.approx(3 / 4)
    assert metric.conclude([swapped, real[1], real[1], real[1]]) == pytest.approx(3 / 4)  # known
    assert torch.tensor(metric.conclude([real[0], real[0]])).isnan()
    assert torch.tensor(metric.conclude([])).isnan()


def test_where_the_camera_stands_says_nothing(films: Films) -> None:
    metric = PosePersonalisation()
    films = {
        key: 1.5 * points + 20 if key == ("ann", "later") else points
        for key, points in films.items()
    }
    real = [seen(metric, films, person, films[person, "later"]) for person in AXES]
    assert metric.conclude(real) == 1


def test_windows() -> None:
    """Of 32 frames, every second one; each less its mean."""
    windows = windows_of(torch.arange(40.0)[:, None], 32)
    assert windows.shape == (5, 32, 1)
    assert windows.mean(1).abs().max() == 0
    torch.testing.assert_close(windows[0], windows[4])


@pytest.mark.parametrize(
    ("made", "reference", "note"),
    [
        (100, FRAMES, "the made video has fewer than 128 frames"),
        (FRAMES, 1, "the reference has fewer than 128 frames"),
    ],
)
def test_too_short(films: Films, made: int, reference: int, note: str) -> None:
    points = films["ann", "later"]
    case = Case(take_with(points[:made]), take_with(points), take_with(points[:reference]))
    observation = PosePersonalisation().observe(case)
    assert observation.note == note
    assert torch.tensor(PosePersonalisation().conclude([observation])).isnan()


def test_a_person_whose_video_cannot_be_judged_is_still_one_of_n(films: Films) -> None:
    """Two are left to judge, and three to choose from: Bob moves like Cem."""
    metric = PosePersonalisation()
    short = films["cem", "later"][:50]
    made = {"ann": films["ann", "later"], "bob": films["cem", "later"], "cem": short}
    seen_by = [seen(metric, films, person, points) for person, points in made.items()]
    assert metric.conclude(seen_by) == pytest.approx(1 / 2)
    assert seen_by[2].note == "the made video has fewer than 128 frames"


def test_unseen(films: Films) -> None:
    take = take_with(films["ann", "later"])
    lost = losing(take, list(range(FRAMES)))
    assert (
        BlinkPersonalisation().observe(Case(lost, take, take)).note == "no face in the made video"
    )

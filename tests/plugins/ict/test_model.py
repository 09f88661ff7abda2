"""The ICT face on drawn and on real clips."""

from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, EYES_68, LIPS, NOSE_68
from visemix.core.measures import correlation, eye_aspect_ratio, lip_gap
from visemix.core.prepare import PrepareOptions, prepare
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject
from visemix.plugins.ict.expressions import EXPRESSIONS, LIDS
from visemix.plugins.ict.model import IctFace
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

WANTED = 0.02
"""Of the distance between the eyes, mean over landmarks and frames."""


@pytest.fixture(scope="module")
def face(real_kit: Path) -> IctFace:
    return IctFace(model=real_kit)


@pytest.fixture
def acted(face: IctFace) -> Subject:
    """The ICT face itself, opening its mouth and blinking, tracked where it really is."""
    before = sample_subject(SamplePlan(basis="ict-57", expression=57, frames=60))
    fit = face.fit(before.track)
    expression = torch.zeros(60, 57)
    expression[:, EXPRESSIONS.index("jawOpen")] = torch.sin(torch.arange(60) / 4).clamp(min=0)
    expression[::5] = 0
    blink = torch.zeros(60)
    blink[20:26] = 5.0
    attributes = attrs.evolve(fit.attributes, expression=expression, blink=blink)
    posed = attrs.evolve(before, fit=fit)
    landmarks = face.geometry(attributes, posed).landmarks
    assert landmarks is not None
    matrix = before.track.crop.matrix
    full = landmarks.clone()
    full[..., :2] -= matrix[:, 2]
    everywhere = torch.ones(60, dtype=torch.bool)
    track = attrs.evolve(before.track, landmarks=full, found=everywhere, blink=blink)
    return attrs.evolve(posed, fit=attrs.evolve(fit, attributes=attributes), track=track)


def test_a_clip_comes_back(face: IctFace, acted: Subject) -> None:
    again = attrs.evolve(acted, fit=face.fit(acted.track))
    assert again.fit.error_px < 0.5  # of 90 px
    found = face.geometry(again.fit.attributes, again).landmarks
    assert found is not None
    assert correlation(lip_gap(found), lip_gap(acted.track.landmarks)) > 0.99
    assert correlation(eye_aspect_ratio(found), eye_aspect_ratio(acted.track.landmarks)) > 0.98
    first, second = again.fit.attributes.expression, acted.fit.attributes.expression
    assert first is not None
    assert second is not None
    jaw = EXPRESSIONS.index("jawOpen")
    assert correlation(first[:, jaw], second[:, jaw]) > 0.95


def test_a_blink_shuts_both_eyes_and_is_said_once(face: IctFace, acted: Subject) -> None:
    fit = face.fit(acted.track)
    assert fit.identity is not None
    assert fit.identity.shape == (42,)
    expression = fit.attributes.expression
    assert expression is not None
    assert float(expression[:, list(LIDS)].abs().max()) < 0.2, "the blink is not in the expression"
    subject = attrs.evolve(acted, fit=fit)

    def opening(blink: float) -> float:
        landmarks = face.geometry(FaceAttributes(25.0, blink=torch.tensor([blink])), subject)
        assert landmarks.landmarks is not None
        return float(eye_aspect_ratio(landmarks.landmarks))

    assert opening(5.0) < 0.45 * opening(0.0)
    assert opening(5.0) < opening(2.5) < opening(0.0)


def test_a_look_aside_moves_the_irises_only(face: IctFace, acted: Subject) -> None:
    expression = torch.zeros(2, 57)
    expression[1, EXPRESSIONS.index("eyeLookOut_L")] = 1
    found = face.geometry(FaceAttributes(25.0, expression, "ict-57"), acted).landmarks
    assert found is not None
    moved = (found[1] - found[0])[:, 0]
    assert float(moved[473:].min()) > 2
    assert float(moved[468:473].abs().max()) < 1e-3


def test_the_eye_mask_holds_the_eyes_but_no_nose_brow_or_lip(face: IctFace) -> None:
    mask = face.model.masks["eye_attention"]
    assert set(mask.tolist()) == {0.0, 1.0}
    places = face.model.embedding.of(mask[:, None])[:, 0]
    assert float(places[[*EYE_RIGHT, *EYE_LEFT, *EYES_68]].min()) > 0.5
    assert float(places[[*NOSE_68, *LIPS, 105, 334, 63, 293]].max()) == 0


def test_the_whole_head_is_drawn_if_wanted(real_kit: Path, acted: Subject) -> None:
    full = IctFace(model=real_kit, area="full")
    narrow = IctFace(model=real_kit)
    covered = [
        float(RasterizerCpu().render(one.geometry(acted.fit.attributes, acted)).alpha[0].sum())
        for one in (full, narrow)
    ]
    assert covered[0] > 1.3 * covered[1]
    with pytest.raises(InvalidValue, match="narrow or full, got 'wide'"):
        IctFace(model=real_kit, area="wide")


def test_a_real_clip_is_met_within_two_percent_of_the_eyes_distance(face: IctFace) -> None:
    clip = Path(__file__).resolve().parents[4] / "shared" / "media" / "short_512_5s.mp4"
    if not clip.is_file():
        pytest.skip(f"there is no clip at {clip}")
    options = PrepareOptions(renderer=RasterizerCpu())
    subject = prepare(clip, MediaPipeTracker(), face, options)
    points = subject.track.landmarks[:, :, :2]
    right, left = (points[:, list(eye)].mean(1) for eye in (EYE_RIGHT, EYE_LEFT))
    distance = float((right - left).norm(dim=-1).mean())
    assert subject.fit.error_px <= WANTED * distance
    assert subject.fit.colors is not None
    cheeks = face.model.embedding.corners[[50, 280]].flatten()
    skin = subject.fit.colors[cheeks]
    assert bool((skin[:, 0] > skin[:, 2]).all()), "cheeks are redder than they are blue"


def test_the_narrow_face_ends_at_the_jaw(face: IctFace) -> None:
    model = face.model
    used = model.mean[model.triangles.flatten().long()]
    landmarks = model.embedding.of(model.mean)
    assert float(used[:, 1].min()) > float(landmarks[152, 1]) - 0.05
    behind = used[used[:, 1] < float(landmarks[17, 1])]
    assert float(behind[:, 2].min()) > float(landmarks[[58, 288], 2].min()) - 0.15

from pathlib import Path

import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import DatasetError
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import sample_features, sample_subject
from visemix.core.timeline import join
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.driven.clip_attributes import ClipAttributes
from visemix.plugins.driven.retarget import mean_pose_of

CONTRACT = Contract(
    "clip-attributes",
    "attribute_model",
    provides={"attributes": {"expression": "lmk-pca-20", "pose": "euler_deg_ortho", "blink": True}},
)


def made(part: ClipAttributes, subject: Subject, frames: int = 75) -> FaceAttributes:
    features = sample_features("mfcc", (frames, 28, 12), 25.0)
    return join(list(Windowed(part.window, part.predict, part.begin(subject, 0)).run([features])))


def test_what_differs_from_the_mean_is_added(person: Subject, other: Subject, clip: Path) -> None:
    got = made(ClipAttributes(clip=str(clip)), person)
    own, theirs = person.fit.attributes.expression, other.fit.attributes.expression
    assert got.expression is not None and own is not None and theirs is not None
    seen = [x[s.track.found].mean(0) for x, s in ((own, person), (theirs, other))]
    torch.testing.assert_close(got.expression - seen[0], theirs - seen[1])
    assert got.blink is not None and other.fit.attributes.blink is not None
    torch.testing.assert_close(got.blink, other.fit.attributes.blink)


def test_or_the_same_numbers(person: Subject, other: Subject, clip: Path) -> None:
    got = made(ClipAttributes(clip=str(clip), expression="same", pose="same"), person)
    true = other.fit.attributes
    assert got.expression is not None and got.pose is not None
    assert true.expression is not None and true.pose is not None
    torch.testing.assert_close(got.expression, true.expression)
    torch.testing.assert_close(got.pose.rotation, true.pose.rotation)


def test_or_the_head_stands_still(person: Subject, clip: Path) -> None:
    got = made(ClipAttributes(clip=str(clip), pose="still"), person)
    assert got.pose is not None
    mean = mean_pose_of(person).rotation.expand(75, -1)
    torch.testing.assert_close(got.pose.rotation, mean, atol=1e-3, rtol=0)


def test_another_basis_is_refused(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="'lmk-pca-20', not 'landmark-mesh-64'"):
        ClipAttributes(clip=str(clip), basis="landmark-mesh-64")
    with pytest.raises(DatasetError, match="'landmark-mesh-64', not 'lmk-pca-20'"):
        made(ClipAttributes(clip=str(clip)), sample_subject())


def test_it_conforms(clip: Path) -> None:
    part = ClipAttributes(clip=str(clip))
    check_part("attribute_model", part, CONTRACT)
    assert all(file.is_file() for file in part.files().values())

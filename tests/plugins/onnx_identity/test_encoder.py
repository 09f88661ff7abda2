from pathlib import Path

import attrs
import numpy as np
import pytest
import torch

from visemix.core.errors import CheckpointError, FaceError
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.plugins.onnx_identity.alignment import aligned
from visemix.plugins.onnx_identity.encoder import OnnxIdentity


def test_vectors_are_what_the_network_makes_of_the_normalised_face(network: Path) -> None:
    subject = sample_subject()
    landmarks = subject.track.landmarks[4]
    face = aligned(subject.frames[4], landmarks, 112).astype(np.float64)
    squares = ((face - 127.5) / 127.5).reshape(4, 28, 4, 28, 3).mean((1, 3))
    wanted = squares.transpose(2, 0, 1).reshape(-1)
    made = OnnxIdentity(model=str(network)).embed([subject.frames[4]], cut(subject.track, 4, 5))
    assert np.allclose(made[0].numpy(), wanted / np.linalg.norm(wanted), atol=1e-5)


@pytest.mark.parametrize(
    "changed", [{"normalisation": "imagenet"}, {"channels": "bgr"}, {"engine": "onnxruntime"}]
)
def test_settings(network: Path, changed: dict[str, str]) -> None:
    if "engine" in changed:
        pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
    subject = sample_subject()
    pictures, track = [subject.frames[k] for k in range(2)], cut(subject.track, 0, 2)
    plain = OnnxIdentity(model=str(network))
    other = OnnxIdentity(model=str(network), **changed)  # type: ignore[arg-type]  # names of settings
    one, two = plain.embed(pictures, track), other.embed(pictures, track)
    assert torch.allclose(two.norm(dim=1), torch.ones(2))
    same = torch.allclose(one, two, atol=1e-5)
    assert same == ("engine" in changed)
    assert (plain.key == other.key) == ("engine" in changed)


def test_channels_are_turned_round(network: Path) -> None:
    subject = sample_subject()
    track = cut(subject.track, 0, 1)
    rgb = OnnxIdentity(model=str(network)).embed([subject.frames[0]], track)
    bgr = OnnxIdentity(model=str(network), channels="bgr").embed([subject.frames[0]], track)
    assert torch.allclose(rgb.reshape(3, 16).flip(0), bgr.reshape(3, 16), atol=1e-6)


def test_another_network_has_another_key(network: Path, tmp_path: Path) -> None:
    longer = tmp_path / "longer.onnx"
    longer.write_bytes(network.read_bytes() + bytes((0x32, 0)))  # an empty doc_string
    assert OnnxIdentity(model=str(longer)).key != OnnxIdentity(model=str(network)).key


def test_what_can_be_wrong_with_the_model(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="needs a face-recognition network"):
        OnnxIdentity()
    with pytest.raises(CheckpointError, match=r"no\.onnx: there is no such file"):
        OnnxIdentity(model=str(tmp_path / "no.onnx"))
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"this is text")
    with pytest.raises(CheckpointError, match="OpenCV cannot read it"):
        OnnxIdentity(model=str(broken))


def test_what_onnxruntime_refuses(tmp_path: Path, network: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"this is text")
    with pytest.raises(CheckpointError, match="onnxruntime cannot read it"):
        OnnxIdentity(model=str(broken), engine="onnxruntime")
    small = OnnxIdentity(model=str(network), side=20, engine="onnxruntime")
    subject = sample_subject()
    with pytest.raises(CheckpointError, match=r"does not take pictures \[1, 3, 20, 20\]"):
        small.embed([subject.frames[0]], cut(subject.track, 0, 1))


def test_other_landmarks_are_refused(network: Path) -> None:
    subject = sample_subject()
    track = attrs.evolve(cut(subject.track, 0, 1), layout="dlib-68")
    with pytest.raises(FaceError, match="aligned by mediapipe-478"):
        OnnxIdentity(model=str(network)).embed([subject.frames[0]], track)

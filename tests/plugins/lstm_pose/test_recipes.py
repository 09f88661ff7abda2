"""The recipe, trained and used by the command line at a tiny size."""

from collections.abc import Callable
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from visemix.core.errors import VisemixError
from visemix.core.media.video_in import VideoReader
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import sample_subject
from visemix.core.training.log import read_losses
from visemix.core.values.subject import Subject
from visemix.plugins.landmark_mesh.model import LandmarkMesh
from visemix.registry import api
from visemix.registry.build import build
from visemix.registry.cli import main

DEMO = Path(api.__file__).parent / "demo"
RECOGNISER = Path(__file__).parents[3].parent / "shared/models/mobilefacenet_128d.onnx"
RECIPE = "lstm-pose/tiny"
Say = Callable[..., str]


@pytest.fixture(scope="module")
def person() -> Subject:
    """The sample person, as the recipe's face model sees them."""
    subject = sample_subject()
    crop = attrs.evolve(
        subject.track.crop, matrix=subject.track.crop.matrix / 2, height=64, width=64
    )
    track = attrs.evolve(subject.track, crop=crop)
    return attrs.evolve(subject, track=track, fit=LandmarkMesh("perspective").fit(track))


@pytest.fixture(scope="module")
def data(person: Subject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    save_subject(person, folder / "a")
    save_subject(attrs.evolve(person, digest="another"), folder / "b")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepared photos are kept in a folder of these tests' own."""
    monkeypatch.setenv("VISEMIX_CACHE", str(tmp_path_factory.mktemp("cache")))


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All four stages, a few steps each."""
    folder = tmp_path_factory.mktemp("run") / "run"
    where = ("--data", data, "-o", folder, "--accelerator", "cpu")
    assert run("train", "--recipe", RECIPE, *where, "--set", "training.steps=4") == 0
    return folder


def frames_of(path: Path) -> torch.Tensor:
    with VideoReader(path) as video:
        return torch.from_numpy(np.stack([rgb.copy() for _, rgb in video]))


@pytest.mark.parametrize("name", ["lstm-pose", RECIPE])
def test_the_recipes_can_run(name: str) -> None:
    assert run("recipe", "check", name) == 0


def test_every_stage_is_trained(trained: Path) -> None:
    stages = sorted(path.name for path in (trained / "stages").iterdir())
    learned = ["attribute_model.general", "attribute_model.personal"]
    assert stages == [*learned, "refiner.gan-general", "refiner.gan-personal"]
    for stage in stages:
        rows = read_losses(trained / "stages" / stage)
        assert {row["step"] for row in rows} == {"0", "1", "2", "3"}


def test_a_trained_person_speaks(trained: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    sound = ("--audio", DEMO / "speech.wav", "--preview")
    assert (
        run("generate", "--checkpoint", trained, *sound, "--reference", data / "a", "-o", out) == 0
    )
    frames = frames_of(out).float()
    assert frames.shape == (25, 160, 192, 3)
    assert float(frames.std(0)[48:112, 64:128].mean()) > float(frames.std(0)[:12].mean())


def test_a_person_is_learned_from_general_weights(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    """Another dataset is another run, which starts from the files of the first."""
    start = [
        f"{kind}.weights={trained}/weights/{kind}.safetensors"
        for kind in ("attribute_model", "refiner")
    ]
    own = [*start, "training.stages=[personal, gan-personal]", "training.steps=2"]
    words = [word for text in own for word in ("--set", text)]
    where = ("--data", data / "a", "-o", tmp_path / "run", "--accelerator", "cpu")
    assert run("train", "--recipe", RECIPE, *where, *words) == 0
    weights = [
        load_file(f / "weights/attribute_model.safetensors") for f in (trained, tmp_path / "run")
    ]
    learned = [name for name in weights[0] if name.startswith("lstm.weight")]
    assert learned
    apart = [float((weights[1][name] - weights[0][name]).abs().max()) for name in learned]
    assert 0 < max(apart) < 0.01, "a few steps from where it started"


def test_one_photo_of_a_stranger_speaks(trained: Path, tmp_path: Path) -> None:
    """Ours-G of the paper: general weights, nothing is learned of the person."""
    photo = cv2.imread(str(DEMO / "astronaut.jpg"))
    assert photo is not None
    small = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "photo.png"), small)
    out = tmp_path / "out.mp4"
    sound = ("--audio", DEMO / "speech.wav", "--preview", "--reference", tmp_path / "photo.png")
    assert run("generate", "--recipe", RECIPE, "--checkpoint", trained, *sound, "-o", out) == 0
    frames = frames_of(out).float()
    assert frames.shape == (25, *small.shape)
    still = torch.from_numpy(small[..., ::-1].copy()).float()
    around = (frames - still).abs().mean((0, 3))
    assert float(around[-20:].mean()) < 4, "the background is the photo"
    assert float(around.max()) > 20, "the face is not"


def test_what_only_training_needs_is_built_for_training_only() -> None:
    """Who has the weights of a run need not have the network that its memory learned from."""
    lacking = ["identity_encoder.part=onnx-identity"]
    assert build(RECIPE, lacking).identity_encoder is None
    with pytest.raises(VisemixError, match=r"identity_encoder\.model"):
        build(RECIPE, lacking, training=True)


@pytest.mark.skipif(not RECOGNISER.is_file(), reason=f"{RECOGNISER} is not there")
def test_a_memory_of_identities(data: Path, tmp_path: Path) -> None:
    sets = (
        "refiner.identity_feature=memory",
        "refiner.identity_size=128",
        "identity_encoder.part=onnx-identity",
        f"identity_encoder.model={RECOGNISER}",
        "training.stages=[general, gan-general]",
        "training.steps=2",
    )
    words = [word for text in sets for word in ("--set", text)]
    where = ("--data", data, "-o", tmp_path / "run", "--accelerator", "cpu")
    assert run("train", "--recipe", RECIPE, *where, *words) == 0
    rows = read_losses(tmp_path / "run" / "stages" / "refiner.gan-general")
    assert "memory" in {row["term"] for row in rows}
    sound = ("--audio", DEMO / "speech.wav", "--preview", "--reference", data / "a")
    out = tmp_path / "out.mp4"
    assert run("generate", "--checkpoint", tmp_path / "run", *sound, "-o", out) == 0
    assert len(frames_of(out)) == 25

"""A recipe that is wrong in many ways, through the real command."""

from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., tuple[int, str, str]]
FAKE_RECIPE = Path(__file__).parent / "fake/recipe.yaml"

# (what is wrong, text of the good recipe, what replaces it, place, words of the message)
WRONG = [
    ("unknown key", "video: {fps", "vdieo: {fps", "4:1", ["unknown key 'vdieo'", "'video'?"]),
    ("unknown video key", "fps: 25", "fpss: 25", "4:9", ["unknown key 'fpss'", "'fps'?"]),
    ("text for a number", "fps: 25", "fps: '25'", "4:14", ["expected a number", "without quotes"]),
    ("number for text", "name: fake", "name: 1.5", "2:7", ["expected text", "1.5", "in quotes"]),
    ("fps out of range", "fps: 25", "fps: 0", "4:14", ["expected 1 to 240, got 0"]),
    ("truth for a whole number", "size: 256", "size: true", "4:24", ["whole number, got true"]),
    ("fraction", "window: 3", "window: 3.5", "11:39", ["expected a whole number", "3.5"]),
    ("text for an int", "window: 3", 'window: "3"', "11:39", ["whole number", "the text '3'"]),
    ("above the limit", "window: 3", "window: 26", "11:39", ["expected 1 to 25, got 26"]),
    ("below the limit", "strength: 0.5", "strength: -1", "11:52", ["expected 0 to 1, got -1"]),
    ("bad choice", "kind: mfcc", "kind: mffc", "6:44", ["cannot be 'mffc'", "'mfcc'?"]),
    ("bad item", "[l1, l2]", "[l1, l3]", "7:50", ["cannot be 'l3'", "Valid: l1, l2"]),
    ("a list for text", "kind: mfcc", "kind: [mfcc]", "6:44", ["expected text, got a list"]),
    ("unknown setting", "window: 3", "windw: 3", "11:31", ["no setting 'windw'", "'window'?"]),
    ("unknown part", "fake-refiner", "fake-refinr", "11:17", ["'fake-refinr'", "'fake-refiner'?"]),
    ("another kind", "fake-refiner", "fake-face", "11:17", ["a part of the kind face_model"]),
    ("no part", "{part: fake-face}", "{}", "9:13", ["lacks the key 'part'"]),
    ("no mapping", "{part: fake-face}", "fake-face", "9:13", ["expected a mapping", "'fake-face'"]),
    ("missing part", "face_model: {part: fake-face}\n", "", "1:1", ["lacks the key 'face_model'"]),
    ("repeated key", "fps: 25", "fps: 25, fps: 30", "4:18", ["'fps' is here twice"]),
    ("tag", "name: fake", "name: !!python/name:os.system x", "2:7", ["the tag", "not allowed"]),
    ("anchor", "name: fake", "name: &a fake", "2:7", ["the anchor &a"]),
    ("alias", "name: fake", "name: *a", "2:7", ["the alias *a"]),
    ("merge key", "video: {fps", "video: {<<: {}, fps", "4:9", ["unknown key '<<'"]),
    ("syntax", "video: {fps", "video: [fps", "", ["not valid YAML"]),
    ("second document", "training:", "---\ntraining:", "14:1", ["a second document"]),
    ("format of the future", "visemix: 1", "visemix: 2", "1:10", ["expected 1, got 2"]),
    ("version of visemix", ">=0.1,<0.2", ">=7", "3:21", ["requires visemix >=7, this is 0."]),
    ("no range", ">=0.1,<0.2", "newest", "3:21", ["'newest' is no version range"]),
    ("plugin version", 'fake: ">=3"', 'fake: "<3"', "3:41", ["requires fake <3, this is 3.1.4"]),
    ("plugin missing", 'fake: ">=3"', 'facke: ">=3"', "3:42", ["'facke'", "'fake'?"]),
    ("unknown judge", "judges: frames", "judges: frame", "13:33", ["'frame'", "'frames'?"]),
    ("no judge", "judges: frames, ", "", "13:5", ["lacks the key 'judges'"]),
    ("critic setting", "weight: 0.5", "scales: 9", "13:49", ["expected 1 to 4, got 9"]),
    ("unknown stage", "[general]", "[generl]", "14:36", ["stage 'generl'", "'general'?"]),
    ("negative seed", "seed: 1", "seed: -1", "14:52", ["expected 0 to", "got -1"]),
    ("unknown loss", "l1: 0", "gam: 0", "14:70", ["has a loss 'gam'", "'gan'?"]),
    ("loss weight", "l1: 0", "l1: none", "14:69", ["weights.l1: expected a number"]),
    ("contract", "kind: mfcc", "kind: raw", "7:25", ["features.kind = mfcc", "makes raw", "6:23"]),
    ("contract of fps", "fps: 25", "fps: 24", "7:25", ["features.fps = 25 or 30", "makes 24"]),
    ("contract with video", "size: 256", "size: 300", "11:17", ["video.size = 256 or 512"]),
    ("contract of maps", "window: 3", "maps: [teeth]", "11:17", ["maps = teeth", "makes eyes"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "place", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_wrong_recipe_is_explained(
    old: str, new: str, place: str, words: list[str], fake: Path, cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "my.yaml"
    good = FAKE_RECIPE.read_text()
    assert old in good
    file.write_text(good.replace(old, new, 1))
    code, out, err = cli("recipe", "check", str(file))
    assert code == 2
    assert out == ""
    assert f"visemix: {file}:{place}" in err
    for word in words:
        assert word in err
    assert "Traceback" not in err


def test_there_are_at_least_twenty_ways() -> None:
    assert len({w[0] for w in WRONG}) == len(WRONG) >= 20


def test_all_problems_are_told_at_once(fake: Path, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    text = FAKE_RECIPE.read_text().replace("fps: 25", "fps: x").replace("window: 3", "window: 99")
    file.write_text(text.replace("seed: 1", "sed: 1"))
    code, _, err = cli("recipe", "check", str(file))
    lines = err.splitlines()
    assert code == 2
    assert [line.split(": ")[1].removeprefix(str(file)) for line in lines] == [":4:14", ":14:46"]
    mended = ("--set", "video.fps=25", "--set", "training.sed=1", "--set", "training={stages: [x]}")
    code, _, err = cli("recipe", "check", str(file), *mended)
    assert len(err.splitlines()) == 2
    assert ":11:39: refiner.window" in err
    assert "--set training: no part of this recipe has a training stage 'x'" in err


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("refiner.window=99", ["--set refiner.window: ", "expected 1 to 25, got 99"]),
        ("refiner.windw=6", ["--set refiner.windw: ", "Did you mean 'window'?"]),
        ("refiner.window=six", ["--set refiner.window: ", "expected a whole number"]),
        ("refiner.window", ["expected KEY=VALUE"]),
        ("=6", ["expected KEY=VALUE"]),
        ("name.x=6", ["no 'x' in the text 'fake'"]),
        ("discriminators.4.weight=1", ["no item '4'", "Valid: 0"]),
        ("discriminators.0.weight=heavy", ["weight: expected a number"]),
        ("refiner.window=[", ["not valid YAML"]),
        ("video.fps=!!int 3", ["the tag"]),
    ],
)
def test_wrong_override_is_explained(setting: str, words: list[str], fake: Path, cli: Cli) -> None:
    code, _, err = cli("recipe", "check", "fake", "--set", setting)
    assert code == 2
    for word in words:
        assert word in err


def test_advice_names_parts_and_settings_that_fit(fake: Path, cli: Cli) -> None:
    _, _, err = cli("recipe", "check", "fake", "--set", "audio_encoder.kind=raw")
    assert "audio_encoder.kind: mfcc" in err
    assert "audio_encoder: fake-features" in err
    assert "attribute_model: " in err
    assert "fake-model-raw" in err


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("video.size=300", "These would fit: video.size: 256 or 512"),
        ("video.fps=24", "These would fit: video.fps: 25; or video.fps: 30"),
        ("refiner.maps=[teeth]", "These would fit: renderer.maps: [eyes, teeth]"),
        ("audio_encoder.fps=30", "makes features.fps = 30.0, but video.fps is 25"),
    ],
)
def test_advice_names_values_that_fit(wrong: str, right: str, fake: Path, cli: Cli) -> None:
    code, _, err = cli("recipe", "check", "fake", "--set", wrong)
    assert code == 2
    assert right in err


def test_port_that_nobody_makes(fake: Path, cli: Cli, tmp_path: Path) -> None:
    manifest = fake / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("match: {source: dots}, v", "identity: {}, v"))
    _, _, err = cli("recipe", "check", "fake")
    assert "needs 'identity', which no part before it makes" in err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00broken", "cannot be read"),
        (b"", "expected a mapping, got nothing"),
        (b"- 1\n- 2\n", "expected a mapping, got a list"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: b\n" * 300000, "longer than"),
        (b"{? [a]: b}", "a key that is not text"),
        (b"a\x00b", "not valid YAML"),
    ],
    ids=["bytes", "empty", "list", "deep", "long", "key", "control"],
)
def test_file_that_is_no_recipe(content: bytes, words: str, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_bytes(content)
    code, _, err = cli("recipe", "check", str(file))
    assert code == 2
    assert words in err


def test_recipe_that_is_nowhere(fake: Path, cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("recipe", "check", "fakee")
    assert code == 2
    assert "no recipe 'fakee'" in err
    assert "'fake'?" in err
    assert "cannot be read" in cli("recipe", "check", "nowhere.yaml")[2]
    assert "has no recipe.lock" in cli("recipe", "check", str(tmp_path))[2]

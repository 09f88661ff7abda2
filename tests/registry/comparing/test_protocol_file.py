"""Protocols are read strictly; those that ship can be read and name real words."""

from pathlib import Path

import attrs
import pytest

from visemix.core.errors import RecipeError
from visemix.registry.comparing.find_protocol import load_protocol, shipped_protocols
from visemix.registry.comparing.protocol import Canonical, Protocol, Span
from visemix.registry.comparing.protocol_file import parse_protocol
from visemix.registry.installed import Installed, find_installed
from visemix.registry.problems import RecipeProblems

SHA = "ab" * 32
TEXT = f"""
visemix_protocol: 1
name: mine
files: {{a.mp4: "{SHA}"}}
clips:
  - {{name: one, person: ann, said: "yes", test: {{file: a.mp4, from: 1.5, to: 3}},
      reference: {{file: a.mp4, to: 1.5}}}}
metrics: [psnr]
"""


@pytest.fixture(scope="module")
def installed() -> Installed:
    return find_installed()


def read(text: str, installed: Installed) -> Protocol:
    return parse_protocol(text, "p.yaml", installed)


def test_what_is_not_said_has_a_default(installed: Installed) -> None:
    protocol = read(TEXT, installed)
    (clip,) = protocol.clips
    assert (clip.name, clip.person, clip.said) == ("one", "ann", "yes")
    assert (clip.test, clip.reference) == (Span("a.mp4", 1.5, 3.0), Span("a.mp4", 0.0, 1.5))
    assert protocol.files == {"a.mp4": SHA}
    assert (protocol.reference, protocol.personal, protocol.seeds) == ("video", True, (0,))
    assert protocol.canonical == Canonical(25.0, 18, 0)
    assert protocol.judging.tracker == {"part": "mediapipe"}
    assert [metric.label for metric in protocol.metrics] == ["psnr"]


def test_pieces_are_clips_of_one_video(installed: Installed) -> None:
    text = TEXT.replace("{name: one,", "{name: one, pieces: 3,")
    clips = read(text, installed).clips
    assert [clip.name for clip in clips] == ["one.1", "one.2", "one.3"]
    assert [(clip.piece, clip.pieces) for clip in clips] == [(0, 3), (1, 3), (2, 3)]
    assert {clip.whole for clip in clips} == set(read(TEXT, installed).clips)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("visemix_protocol: 1", "visemix_protocol: 2", "expected 1"),
        ("name: mine", "nmae: mine", "unknown key 'nmae' in the protocol"),
        (SHA, "abc", "'abc' is no SHA-256"),
        ("{a.mp4:", "{../a.mp4:", "'../a.mp4' is no file of the data"),
        ("file: a.mp4, from", "file: b.mp4, from", "'b.mp4' is not among the files"),
        ("to: 3}", "to: 1}", "test ends before it begins"),
        ("to: 1.5}", "to: 1.6}", "the reference shows what is to be said"),
        ("person: ann, ", "", "lacks the key 'person'"),
        ("name: one", "name: a/b", "'a/b' cannot be a name"),
        ("metrics: [psnr]", "metrics: [psrn]", "no installed plugin has the metric 'psrn'"),
        ("metrics:", "seeds: [1, 1]\nmetrics:", "seeds must be different"),
        ("metrics:", "reference: sound\nmetrics:", "reference cannot be 'sound'"),
        ("metrics:", "canonical: {crf: 99}\nmetrics:", "canonical"),
        ("metrics:", "judging: {tracker: {}}\nmetrics:", "the tracker lacks the key 'part'"),
        ("metrics:", "repeats: 0\nmetrics:", "repeats: expected 1 to 100"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, message: str, installed: Installed) -> None:
    text = TEXT.replace(old, new)
    assert text != TEXT
    if "canonical" in message:
        message = "crf: expected 0 to 51"
    with pytest.raises(RecipeError) as e:
        read(text, installed)
    problems = e.value.problems if isinstance(e.value, RecipeProblems) else (e.value,)
    (problem,) = [p for p in problems if message in p.what]
    assert problem.where.startswith("p.yaml:")


def test_two_clips_of_one_name(installed: Installed) -> None:
    clip = TEXT[TEXT.index("  - {name") : TEXT.index("metrics:")]
    with pytest.raises(RecipeError, match="two clips are called 'one'"):
        read(TEXT.replace("metrics:", clip + "metrics:"), installed)


@pytest.mark.parametrize("name", sorted(shipped_protocols()))
def test_shipped_protocols_are_what_they_say(name: str, installed: Installed) -> None:
    protocol = load_protocol(name, installed)
    assert protocol.name == name
    assert protocol.summary and protocol.license
    used = {s.file for clip in protocol.clips for s in (clip.test, clip.reference)}
    assert used == set(protocol.files)


def test_shipped_protocols_are_those_of_the_issue() -> None:
    assert {"quick", "grid", "vlogger", "anchor"} <= set(shipped_protocols())


def test_words_of_grid_are_those_of_its_alignments(shared: Path, installed: Installed) -> None:
    clips = [clip for clip in load_protocol("grid", installed).clips if clip.said]
    assert len(clips) >= 4
    for clip in clips:
        path = shared / "media/grid_s1_align" / f"{Path(clip.test.file).stem}.align"
        words = [line.split()[2] for line in path.read_text().splitlines()]
        assert clip.said.split() == [word for word in words if word not in ("sil", "sp")]


def test_a_file_is_found(tmp_path: Path, installed: Installed) -> None:
    (tmp_path / "mine.yaml").write_text(TEXT)
    assert load_protocol(str(tmp_path / "mine.yaml"), installed).text == TEXT
    with pytest.raises(RecipeError, match="cannot be read"):
        load_protocol(str(tmp_path / "yours.yaml"), installed)
    with pytest.raises(RecipeError, match="no protocol 'grd'"):
        load_protocol("grd", installed)


def test_protocols_are_values(installed: Installed) -> None:
    assert attrs.evolve(read(TEXT, installed), name="x").clips == read(TEXT, installed).clips

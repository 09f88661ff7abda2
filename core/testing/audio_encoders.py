"""What every AudioEncoder must do."""

import attrs
import torch

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.interfaces import AudioEncoder
from visemix.core.testing.expectations import expect, expect_frames, expect_same
from visemix.core.testing.promise import Promise
from visemix.core.testing.samples import sample_noise, sample_speech
from visemix.core.timeline import join
from visemix.core.values.audio import Audio

SHORTEST_S, LONGEST_S = 3.0, 12.0
"""Lengths of the sample speech; within them, two blocks and a half."""

PIECES = (160, 4001, 17, 9600)
"""Lengths of the pieces in which a stream arrives, in turn, samples."""

SEAM = 0.2
"""How far features may differ between one long call and window by window, relative to their size.

An encoder that looks at exactly its window differs by nothing. Moonshine, which attends to all of a
call, differs by 0.11; if it were one frame off it would differ by 0.28.
"""


def check_encoder_rates(encoder: AudioEncoder, promise: Promise) -> None:
    """Rates are positive, and the frame rate is that of the contract."""
    expect(encoder.rate > 0, f"rate must be above 0 Hz, it is {encoder.rate}")
    expect(encoder.fps > 0, f"fps must be above 0, it is {encoder.fps}")
    promise.expect_kept("features", "fps", encoder.fps)


def check_encoder_contract(encoder: AudioEncoder, promise: Promise) -> None:
    """Kind, width and window are what the contract says."""
    made = encode_clip(encoder, sample_speech(1.0, encoder.rate))
    promise.expect_kept("features", "kind", made.kind)
    promise.expect_kept("features", "window", made.values.shape[1])
    promise.expect_kept("features", "width", made.values.shape[2])
    rows = made.values.shape[1]
    expect(
        0 <= made.centre <= rows,
        f"the centre must lie within the window of {rows} rows, it is {made.centre}",
    )
    expect(abs(made.fps - encoder.fps) < 1e-6, f"fps {made.fps} is not that of the encoder")


def check_encoder_frames(encoder: AudioEncoder, promise: Promise) -> None:
    """A call gives one window per frame of sound, whatever the length."""
    del promise
    window = encoder.window
    counts = {1, 7, window.past + 1 + window.future}
    for frames in sorted(counts):
        sound = _sound_of(encoder, frames)
        expect_frames(encoder.encode(sound), frames, f"a call with {frames} frames of sound")
    made = encode_clip(encoder, Audio(torch.zeros(1), encoder.rate))
    expect_frames(made, 1, "a clip of one sample")


def check_encoder_repeats(encoder: AudioEncoder, promise: Promise) -> None:
    """The same sound gives the same features; a stream gives those of the file."""
    del promise
    sound = _speech(encoder)
    whole = encode_clip(encoder, sound)
    expect_same(encode_clip(encoder, sound), whole, "the same sound must give the same features")
    streamed = join(list(encode_stream(encoder, _pieces(sound))))
    expect_same(streamed, whole, "a stream must give what the file gives")


def check_encoder_seams(encoder: AudioEncoder, promise: Promise) -> None:
    """Window by window is, nearly, one long call: ``window`` is as long as the encoder looks."""
    del promise
    sound = _speech(encoder)
    by_window = encode_clip(encoder, sound).values
    frames = len(by_window)
    rate, fps, window = encoder.rate, encoder.fps, encoder.window
    past, future = min(window.past, frames), min(window.future, frames)
    start, stop = round(past * rate / fps), round((past + frames + future) * rate / fps)
    padded = torch.zeros(stop)
    padded[start : start + len(sound.samples)] = sound.samples[: stop - start]
    at_once = encoder.encode(Audio(padded, rate)).values[past : past + frames]
    size = float(at_once.double().square().mean().sqrt())
    error = float((at_once - by_window).double().square().mean().sqrt())
    share = error / max(size, 1e-12)
    what = f"window by window differs from one long call by {share:.0%} (at most {SEAM:.0%})"
    expect(share <= SEAM, f"{what}; ask for more past and future, or do not pad inside encode")


def check_encoder_extremes(encoder: AudioEncoder, promise: Promise) -> None:
    """Silence, noise at full scale and a single click give finite numbers."""
    del promise
    click = torch.zeros(encoder.rate)
    click[encoder.rate // 2] = 1.0
    for name, sound in {
        "silence": Audio(torch.zeros(encoder.rate), encoder.rate),
        "noise": sample_noise(1.0, encoder.rate, level=1.0),
        "a click": Audio(click, encoder.rate),
    }.items():
        values = encode_clip(encoder, sound).values
        expect(bool(values.isfinite().all()), f"{name} gives numbers that are not finite")


def check_encoder_hears(encoder: AudioEncoder, promise: Promise) -> None:
    """Speech and silence do not sound alike."""
    del promise
    sound = _speech(encoder)
    silence = attrs.evolve(sound, samples=torch.zeros_like(sound.samples))
    made, still = encode_clip(encoder, sound), encode_clip(encoder, silence)
    expect(not torch.equal(made.values, still.values), "speech gives the features of silence")


ENCODER_CHECKS = (
    check_encoder_rates,
    check_encoder_contract,
    check_encoder_frames,
    check_encoder_repeats,
    check_encoder_seams,
    check_encoder_extremes,
    check_encoder_hears,
)


def _speech(encoder: AudioEncoder) -> Audio:
    """Speech in faint noise, a whole number of frames long, more than two blocks if it can be."""
    frames = max(round(SHORTEST_S * encoder.fps), encoder.window.block * 5 // 2)
    frames = min(frames, round(LONGEST_S * encoder.fps))
    count = round(frames * encoder.rate / encoder.fps)
    seconds = (count + 1) / encoder.rate
    speech = sample_speech(seconds, encoder.rate).samples[:count]
    noise = sample_noise(seconds, encoder.rate, level=0.01).samples[:count]
    return Audio((speech + noise).clamp(-1, 1), encoder.rate)


def _sound_of(encoder: AudioEncoder, frames: int) -> Audio:
    count = int(frames * encoder.rate / encoder.fps + 0.5)
    return Audio(
        sample_noise(count / encoder.rate + 0.1, encoder.rate).samples[:count], encoder.rate
    )


def _pieces(sound: Audio) -> list[Audio]:
    made: list[Audio] = []
    start = 0
    while start < len(sound.samples):
        stop = start + PIECES[len(made) % len(PIECES)]
        made.append(Audio(sound.samples[start:stop], sound.rate))
        start = stop
    return made

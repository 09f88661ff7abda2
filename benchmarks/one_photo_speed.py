"""How long a one-photo system takes for 75 frames, against a plain per-frame loop of its network.

    python -m benchmarks.one_photo_speed [--recipe audio2au] [--threads 2] [--frames 75]

Ours: from windows of sound to aligned frames through the parts of the recipe ``temporal-gan`` (or
``audio2au``) at the published size, the identity of the photo included. Plain: the same networks in
float32, one frame after the other, each from the still picture on. Weights are random: they do not
change the time. The median of ROUNDS after one warm-up; on a machine with other work to do the
processor times (ours_cpu_s, plain_cpu_s) say more.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import torch

from visemix.core.pipeline import Parts, frames_of_attributes
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import length
from visemix.core.training.stage import Trainable
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.refiner import Audio2AuDecoder
from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent
from visemix.plugins.temporal_gan.refiner import TemporalGanDecoder
from visemix.registry.build import build
from visemix.registry.hardware import hardware_line

RESULTS = Path(__file__).parent / "results"
ROUNDS = 5
WINDOWS = {"temporal-gan": ("raw", (1, 10_000)), "audio2au": ("mfcc", (28, 12))}
"""Recipe -> kind and shape of the windows of sound that it hears."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="temporal-gan", choices=WINDOWS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frames", type=int, default=75)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    kind, shape = WINDOWS[args.recipe]
    parts = learned(build(args.recipe, ["refiner.paste=aligned"]).parts)
    subject = sample_subject(SamplePlan(frames=1))
    features = sample_features(kind, (args.frames, *shape), 25.0)
    loop = LOOPS[args.recipe]
    before = time.process_time()
    made = seconds(lambda: ours(parts, features, subject))
    spent = (time.process_time() - before) / (ROUNDS + 1)
    before = time.process_time()
    plain = seconds(lambda: loop(parts, features), rounds=1)
    plain_spent = (time.process_time() - before) / 2
    row = {
        "recipe": args.recipe,
        "frames": args.frames,
        "threads": args.threads,
        "ours_s": made,
        "ours_cpu_s": spent,
        "plain_s": plain,
        "plain_cpu_s": plain_spent,
        "times_faster": plain / made,
        "hardware": hardware_line(),
    }
    print(json.dumps(row, indent=1))
    RESULTS.mkdir(exist_ok=True)
    name = "gpu" if torch.cuda.is_available() else f"{args.threads}-threads"
    path = RESULTS / f"{date.today():%Y-%m-%d}-one-photo-speed-{args.recipe}-{name}.json"
    path.write_text(json.dumps(row, indent=1) + "\n")


def learned(parts: Parts) -> Parts:
    """Parts whose random weights count as learned."""
    for part in (parts.attribute_model, parts.refiner):
        assert isinstance(part, Trainable)
        part.load_weights(part.weights())
    return parts


def ours(parts: Parts, features: AudioFeatures, subject: Subject) -> int:
    """Frames that the pipeline makes of windows of sound."""
    model = parts.attribute_model
    said = Windowed(model.window, model.predict, model.begin(subject, 0)).run([features])
    return sum(length(frames) for frames in frames_of_attributes(parts, said, subject))


@torch.no_grad()
def audio2au_loop(parts: Parts, features: AudioFeatures) -> int:
    """The same networks as anybody calls them first."""
    speech, face = parts.attribute_model, parts.refiner
    assert isinstance(speech, Audio2AuSpeech) and isinstance(face, Audio2AuDecoder)
    device = next(face.network.parameters()).device
    hears = speech.network.to(device)
    windows = features.values[None].to(device)
    codes = torch.cat((hears.encoder(windows), hears.units(windows).features), -1)
    still = torch.zeros(1, 3, 112, 112, device=device)
    return len([face.network(still, codes[:, t : t + 1]).cpu() for t in range(codes.shape[1])])


@torch.no_grad()
def temporal_gan_loop(parts: Parts, features: AudioFeatures) -> int:
    """The same networks as anybody calls them first."""
    latent, decoder = parts.attribute_model, parts.refiner
    assert isinstance(latent, TemporalGanLatent) and isinstance(decoder, TemporalGanDecoder)
    device = next(decoder.network.parameters()).device
    codes, _ = latent.network.to(device)(
        features.values[None, :, 0].to(device), torch.zeros(1, length(features), 10, device=device)
    )
    still = torch.zeros(1, 3, 128, 96, device=device)
    return len([decoder.network(still, codes[:, t : t + 1]).cpu() for t in range(codes.shape[1])])


LOOPS = {"temporal-gan": temporal_gan_loop, "audio2au": audio2au_loop}
"""Recipe -> its plain loop."""


def seconds(call: Callable[[], int], rounds: int = ROUNDS) -> float:
    """Median time of a call, after one that does not count."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()

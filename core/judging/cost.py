"""Cost: what it took to make one video."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class Cost:
    """Times and sizes of one run, each with what it covers.

    Attributes:
        frames: frames that were made.
        cold_s: from the start of the process to the written video: imports, weights, reference,
            personalisation and all frames.
        prepare_s: tracking and fitting the reference.
        personalise_s: learning the person.
        generate_s: sound in, video out, after preparation and personalisation, encoding included.
        first_frame_s: from the sound to the first finished frame, everything loaded.
        frame_s: seconds that every frame took, in order, from the sound on; frames that were
            finished together share their time, so the first ones add up to ``first_frame_s``.
        drift_s: length of the picture minus length of the sound.
        cpu_bytes: peak resident memory of the process.
        gpu_bytes: peak memory on the GPU; 0 without one.
        checkpoint_bytes: weights that the system needs; 0 for none.
        parameters: numbers in them.
        stages: name of the part -> seconds spent in it while generating.
    """

    frames: int
    cold_s: float
    prepare_s: float
    personalise_s: float
    generate_s: float
    first_frame_s: float
    frame_s: tuple[float, ...]
    drift_s: float
    cpu_bytes: int
    gpu_bytes: int = 0
    checkpoint_bytes: int = 0
    parameters: int = 0
    stages: Mapping[str, float] = attrs.field(factory=dict)

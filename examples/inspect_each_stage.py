"""Prints what passes along every arrow of the flow.

python examples/inspect_each_stage.py SPEECH FACE    (without arguments: what visemix ships)
"""

import sys
from importlib.resources import files

from torch import Tensor

import visemix
from visemix.core.encoding import encode_clip
from visemix.core.media.audio_in import read_audio
from visemix.core.shapes import Value, arrays_of
from visemix.core.timeline import cut, join
from visemix.core.values.rendering import Shot
from visemix.core.windows import Windowed


def show(stage: str, value: Value) -> None:
    """One line per tensor: its name and shape."""
    print(f"{stage} -> {type(value).__name__}")
    for name in arrays_of(type(value)):
        if isinstance(tensor := getattr(value, name), Tensor):
            print(f"    {name:14} {list(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}")


def main(speech: str, face: str) -> None:
    """Run the stages by hand, as core/pipeline.py does."""
    pipeline = visemix.load("default")
    subject = pipeline.prepare(face)
    parts = pipeline.parts
    show("FaceTracker", subject.track)
    show("FaceModel.fit", subject.fit)

    sound = read_audio(speech, parts.audio_encoder.rate)
    second = cut(encode_clip(parts.audio_encoder, sound), 0, round(parts.audio_encoder.fps))
    show("AudioEncoder", second)

    model = parts.attribute_model
    speaking = Windowed(model.window, model.predict, model.begin(subject, seed=0))
    attributes = join(list(speaking.run([second])))
    show("AttributeModel", attributes)

    matcher = parts.matcher
    matching = Windowed(matcher.window, matcher.match, matcher.begin(subject, parts.face_model))
    match = join(list(matching.run([attributes])))
    show("ReferenceMatcher", match.base)

    geometry = parts.face_model.geometry(match.attributes, subject)
    show("FaceModel.geometry", geometry)
    rendering = parts.renderer.render(geometry)
    show("Renderer", rendering)

    refiner = parts.refiner
    refining = Windowed(refiner.window, refiner.refine, refiner.begin(subject))
    show("Refiner", join(list(refining.run([Shot(rendering, match)]))))


if __name__ == "__main__":
    demo = files("visemix.registry") / "demo"
    main(*(sys.argv[1:] or [str(demo / "speech.wav"), str(demo / "astronaut.jpg")]))

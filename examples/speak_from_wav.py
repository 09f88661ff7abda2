"""The whole flow: a voice and a face in, a talking-face video out.

python examples/speak_from_wav.py SPEECH FACE OUT.mp4    (without arguments: what visemix ships)
"""

import sys
from importlib.resources import files

import visemix

demo = files("visemix.registry") / "demo"
shipped = [str(demo / "speech.wav"), str(demo / "astronaut.jpg"), "out.mp4"]
speech, face, out = sys.argv[1:] or shipped

pipeline = visemix.load("default")  # a recipe's name, a YAML file, or a checkpoint folder
subject = pipeline.prepare(face)  # tracked once; give folder="..." to keep it
video = pipeline.generate(speech, subject)
print(f"{subject.name} speaks in {video.save(out, overwrite=True)}")

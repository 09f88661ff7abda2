"""The commands of ``visemix``, one module each.

A module has ``add_parser(subparsers)``, which must be quick and import no torch, and ``run(args)``,
which returns the exit code. A new command is one module and one line here.
"""

COMMANDS = {
    "generate": "make a face speak: sound and a video or photo in, a video out",
    "prepare": "track references once, into subject folders (a training dataset)",
    "train": "train the parts of a recipe on prepared clips",
    "compare": "make and judge the videos of several recipes, with controls",
    "reproduce": "make a video again from the lock inside it",
    "demo": "make a video from media that visemix ships",
    "recipe": "list, check, show and explain recipes",
    "plugins": "list, show and check installed plugins",
    "doctor": "say what works on this machine",
}
"""Command -> what ``visemix --help`` says of it."""

"""The commands of ``visemix``, one module each.

A module has ``add_parser(subparsers)``, which must be quick and import no torch, and ``run(args)``,
which returns the exit code. A new command is one module and one line here.
"""

COMMANDS = {
    "recipe": "list, check, show and explain recipes",
    "plugins": "list, show and check installed plugins",
    "doctor": "say what works on this machine",
}
"""Command -> what ``visemix --help`` says of it."""

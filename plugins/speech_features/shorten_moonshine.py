"""Makes the packaged Moonshine weights from the published ones.

    python -m visemix.plugins.speech_features.shorten_moonshine FULL.safetensors SHORT.safetensors

FULL is the model.safetensors of UsefulSensors/moonshine-tiny, or its encoder alone.
"""

import sys
from pathlib import Path

from visemix.core.errors import VisemixError
from visemix.plugins.speech_features.moonshine_weights import shorten


def main(arguments: list[str]) -> int:
    """Run the script; 2 for wrong arguments or a file that is not Moonshine."""
    if len(arguments) != 2:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    try:
        shorten(Path(arguments[0]), Path(arguments[1]))
    except VisemixError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Where visemix keeps what it can make again. Quick to import: the doctor asks too."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where visemix keeps what it can make again: $VISEMIX_CACHE, else the user's cache folder."""
    chosen = os.environ.get("VISEMIX_CACHE")
    if chosen:
        return Path(chosen).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "visemix"

"""Comparison <-> JSON. Infinities and NaN, which JSON has no numbers for, are written as text."""

import json
import math
from pathlib import Path

from cattrs import ClassValidationError
from cattrs.preconf.json import make_converter

from visemix.core.errors import ComparisonError
from visemix.core.judging.comparison import Comparison
from visemix.core.media.part_file import PartFile, output_error

WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}

_CONVERTER = make_converter()


def _write_number(value: float) -> float | str:
    return value if math.isfinite(value) else str(float(value))


def _read_number(value: object, _: object) -> float:
    return WORDS[value] if isinstance(value, str) else float(str(value))


_CONVERTER.register_unstructure_hook(float, _write_number)
_CONVERTER.register_structure_hook(float, _read_number)


def to_data(value: object) -> object:
    """Any attrs value as JSON data."""
    data: object = _CONVERTER.unstructure(value)
    return data


def save_comparison(comparison: Comparison, path: str | Path) -> Path:
    """Write it as JSON; the file appears only when it is complete.

    Raises:
        OutputError: it cannot be written.
    """
    return save_data(to_data(comparison), Path(path))


def save_data(data: object, path: Path) -> Path:
    """Write JSON data; the file appears only when it is complete.

    Raises:
        OutputError: it cannot be written.
    """
    file = PartFile(path, overwrite=True)
    try:
        file.part.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        file.commit()
    except OSError as error:
        raise output_error(error, path) from None
    finally:
        file.discard()
    return path


def load_comparison(path: str | Path) -> Comparison:
    """Read what ``save_comparison`` wrote.

    Raises:
        ComparisonError: it is missing, or no comparison.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return _CONVERTER.structure(data, Comparison)
    except (OSError, ValueError, KeyError, ClassValidationError) as error:
        do = "give the comparison.json of a folder that 'visemix compare' wrote"
        raise ComparisonError(f"it is no comparison: {error}", where=path, do=do) from None

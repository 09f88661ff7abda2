"""Writes the reports of a comparison."""

from pathlib import Path

from visemix.core.judging.analysis import analyse
from visemix.core.judging.comparison import Comparison
from visemix.core.judging.comparison_file import save_data, to_data
from visemix.core.media.part_file import PartFile, output_error
from visemix.registry.report.html import html
from visemix.registry.report.markdown import markdown


def write_report(comparison: Comparison, folder: Path) -> list[Path]:
    """report.html, report.md and report.json in ``folder``, which holds the files it names.

    The HTML page holds everything it shows; videos that are too large together are linked.
    report.json is the comparison with what follows from it.

    Raises:
        OutputError: one cannot be written.
    """
    analysis = analyse(comparison)
    data = {"comparison": to_data(comparison), "analysis": to_data(analysis)}
    return [
        _write(folder / "report.html", html(comparison, analysis, folder)),
        _write(folder / "report.md", markdown(comparison, analysis)),
        save_data(data, folder / "report.json"),
    ]


def _write(path: Path, text: str) -> Path:
    """The file appears only when it is complete."""
    file = PartFile(path, overwrite=True)
    try:
        file.part.write_text(text, encoding="utf-8")
        file.commit()
    except OSError as error:
        raise output_error(error, path) from None
    finally:
        file.discard()
    return path

"""What the rasterizers took, as a table and as a file in benchmarks/results/."""

import json
import platform
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs
import torch

from visemix.registry.hardware import hardware_line

RESULTS = Path(__file__).parent / "results"
HEAD = ("work", "mesh", "size", "batch", "rasterizer", "ms a call", "ms a frame", "floor x", "nv x")
LINE = "{:<26} {:<20} {:>5} {:>5}  {:<25} {:>10} {:>10} {:>8} {:>7}"


@attrs.frozen
class Row:
    """One measurement.

    Attributes:
        work: what was done.
        mesh: name of the shape.
        size: height and width, px.
        batch: frames in one call.
        drawer: name of the rasterizer.
        seconds: of one call; infinite if it ran out of memory.
        floor: seconds in which a copy moves what must be read and written; 0 if not known.
    """

    work: str
    mesh: str
    size: int
    batch: int
    drawer: str
    seconds: float
    floor: float = 0.0


def table(rows: Sequence[Row]) -> list[str]:
    """One line per measurement; the last columns say how much longer than the memory floor it took
    and how much longer nvdiffrast took in the same run.
    """
    library = {_same(row): row.seconds for row in rows if row.drawer == "nvdiffrast"}
    lines = [hardware(), LINE.format(*HEAD)]
    for row in sorted(rows, key=lambda row: (row.work, row.mesh, row.size, row.batch)):
        over_floor = f"{row.seconds / row.floor:.2f}" if row.floor else ""
        over_library = f"{library[_same(row)] / row.seconds:.2f}" if _same(row) in library else ""
        milliseconds = (1e3 * row.seconds, 1e3 * row.seconds / row.batch)
        lines.append(
            LINE.format(
                *(row.work, row.mesh, row.size, row.batch, row.drawer),
                *(f"{x:.4f}" for x in milliseconds),
                *(over_floor, over_library),
            )
        )
    return lines


def keep(rows: Sequence[Row]) -> Path:
    """Write the rows to a file of today, beside those of other hardware."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{date.today():%Y-%m-%d}-rasterizer.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    found = {"commit": _commit(), "rows": [attrs.asdict(row) for row in rows]}
    path.write_text(json.dumps({**before, hardware(): found}, indent=1) + "\n")
    return path


def hardware() -> str:
    """Processor or GPU, threads, and versions."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else _processor()
    threads = f"{torch.get_num_threads()} threads"
    return f"{hardware_line()} | {gpu}, {threads} | Python {platform.python_version()}"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    name = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    return name or platform.processor()


def _same(row: Row) -> tuple[str, str, int, int]:
    return row.work, row.mesh, row.size, row.batch


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"

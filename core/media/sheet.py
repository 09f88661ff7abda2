"""A contact sheet: many frames in one picture, to be looked at."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue, OutputError
from visemix.core.media.part_file import PartFile, output_error
from visemix.core.values.frames import Frames


def contact_sheet(
    frames: Frames | Tensor, columns: int, path: str | Path, *, overwrite: bool = True
) -> None:
    """Writes frames, row by row, as one PNG; missing places stay black.

    Args:
        frames: [T, 3, H, W] uint8 RGB.
        columns: frames per row.
        path: the PNG; it appears only when it is complete.
        overwrite: whether an existing picture may be replaced.

    Raises:
        InvalidValue: no frames, or no columns.
        OutputError: it cannot be written.
    """
    rgb = frames.rgb if isinstance(frames, Frames) else frames
    if len(rgb) == 0 or columns < 1:
        raise InvalidValue("a sheet needs a frame and a column", where="contact_sheet")
    columns = min(columns, len(rgb))
    empty = -len(rgb) % columns
    padded = torch.cat([rgb.detach().cpu(), rgb.new_zeros(empty, *rgb.shape[1:], device="cpu")])
    rows = padded.reshape(-1, columns, *rgb.shape[1:])  # [rows, columns, 3, H, W]
    sheet = rows.permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)  # [rows H, columns W, 3]
    file = PartFile(path, overwrite)
    ok, png = cv2.imencode(".png", cv2.cvtColor(sheet.contiguous().numpy(), cv2.COLOR_RGB2BGR))
    if not ok:
        file.discard()
        raise OutputError("the sheet is too large for a PNG", where=path, do="use fewer frames")
    try:
        file.part.write_bytes(np.asarray(png).tobytes())
        file.commit()
    except OSError as error:
        raise output_error(error, Path(path)) from None
    finally:
        file.discard()

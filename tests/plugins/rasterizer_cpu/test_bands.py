"""How the work is shared."""

import numpy as np

from visemix.plugins.rasterizer_cpu.bands import bands


def test_bands_cover_every_row_of_every_frame_once() -> None:
    for frames in (1, 2, 3, 7):
        for threads in (1, 2, 3, 8):
            times = np.zeros((frames, 10), int)
            for band in bands(frames, 10, threads):
                times[band.start : band.stop, band.top : band.bottom] += 1
            assert (times == 1).all(), (frames, threads)

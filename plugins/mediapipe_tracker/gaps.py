"""Landmarks for the frames in which the face was lost."""

import numpy as np
from numpy.typing import NDArray

MAX_INTERPOLATED = 5
"""Longer gaps hold the nearest tracked frame: nobody knows what the face did meanwhile."""

Frames = NDArray[np.float32]


def fill(landmarks: Frames, found: NDArray[np.bool_], cuts: NDArray[np.bool_]) -> Frames:
    """Landmarks [T, L, 3] without holes.

    Gaps of up to MAX_INTERPOLATED frames inside a shot are bridged in a straight line, all others
    hold the nearest found frame of the same shot, or of the clip if that shot has none.

    Args:
        landmarks: [T, L, 3]; rows of lost frames are not looked at.
        found: [T], at least one is set.
        cuts: [T] frames that start a new shot.
    """
    seen = np.flatnonzero(found)
    shot: NDArray[np.intp] = np.cumsum(cuts, dtype=np.intp)
    filled = landmarks.copy()
    for frame in np.flatnonzero(~found):
        place = int(np.searchsorted(seen, frame))
        if 0 < place < len(seen):
            before, after = seen[place - 1], seen[place]
            if shot[before] == shot[after] and after - before - 1 <= MAX_INTERPOLATED:
                share = np.float32((frame - before) / (after - before))
                filled[frame] = (1 - share) * landmarks[before] + share * landmarks[after]
                continue
        filled[frame] = landmarks[_nearest(seen, int(frame), shot)]
    return filled


def _nearest(seen: NDArray[np.intp], frame: int, shot: NDArray[np.intp]) -> int:
    same = seen[shot[seen] == shot[frame]]
    candidates = same if len(same) else seen
    return int(candidates[np.argmin(np.abs(candidates - frame))])

"""Named sets of MediaPipe's 478 landmarks; right and left are the person's own."""

LANDMARKS = 478
MESH = 468
"""Landmarks 0 to 467 are the mesh, 468 to 477 the two irises (not in triangles)."""

LIPS_OUTER = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)
LIPS_INNER = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
LIPS = LIPS_OUTER + LIPS_INNER

EYE_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
EYE_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
IRIS_RIGHT = (468, 469, 470, 471, 472)
IRIS_LEFT = (473, 474, 475, 476, 477)

LIP_PAIRS = ((13, 14), (82, 87), (312, 317), (81, 178), (311, 402), (80, 88), (310, 318))
"""Upper and lower inner lip, opposite each other; the first is the lip gap."""

RIGID = (
    *(33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10, 151, 9, 8),
    *(3, 248, 51, 281, 45, 275, 122, 351, 196, 419, 193, 417),
    *(108, 337, 69, 299, 67, 297, 103, 332, 54, 284),
)
"""Points that speech hardly moves: those of the evaluation protocol, then nose, bridge, forehead.

The added ones move by less than 0.06 cm (standard deviation over five clips)."""

"""Named sets of MediaPipe's 478 landmarks; right and left are the person's own."""

VERTICES = 468
"""Landmarks 0 to 467 are the mesh, 468 to 477 the two irises."""

LANDMARKS = 478

STABLE = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10, 151, 9, 8)
"""Points that carry the rigid motion of the head."""

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288),
    *(397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136),
    *(172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
LIPS_OUTER = (
    *(61, 146, 91, 181, 84, 17, 314, 405, 321, 375),
    *(291, 409, 270, 269, 267, 0, 37, 39, 40, 185),
)
LIPS_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""Inner lips from the right corner to the left one, both ends included."""

LIPS_INNER = (*LIPS_UPPER, *LIPS_LOWER[1:-1])
LIP_PAIRS = ((81, 178), (13, 14), (311, 402))
CHIN = (152, 148, 176, 377, 400, 149, 378, 199, 175)
EYE_RIGHT = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
EYE_LEFT = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
IRISES = tuple(range(VERTICES, LANDMARKS))

FOREHEAD, CHIN_TIP = 10, 152
"""Their distance is the height of the face."""

NOSE_TIP, UNDER_NOSE = 4, 2

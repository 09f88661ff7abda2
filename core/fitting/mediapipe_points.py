"""Named sets of MediaPipe's 478 landmarks; right and left are the person's own."""

LAYOUT = "mediapipe-478"
LANDMARKS = 478
MESH = 468
"""Landmarks 0 to 467 are the mesh, 468 to 477 the two irises."""

LIPS_OUTER = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)
LIPS_INNER = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
LIPS = LIPS_OUTER + LIPS_INNER

LIP_PAIRS = ((13, 14), (82, 87), (312, 317), (81, 178), (311, 402), (80, 88), (310, 318))
"""Upper and lower inner lip, opposite each other; the first is the lip gap."""

EYE_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
EYE_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
IRIS_RIGHT = (468, 469, 470, 471, 472)
IRIS_LEFT = (473, 474, 475, 476, 477)

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The outline of the face: the tracker puts these where the face ends in the picture, which is
another place of the skin in every pose."""

RIGID = (
    *(33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10, 151, 9, 8),
    *(3, 248, 51, 281, 45, 275, 122, 351, 196, 419, 193, 417),
    *(108, 337, 69, 299, 67, 297, 103, 332, 54, 284),
)
"""Points that speech hardly moves: those of the evaluation protocol, then nose, bridge, forehead.

The added ones move by less than 0.06 cm (standard deviation over five clips)."""

JAW_68 = (127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356)
BROWS_68 = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
NOSE_68 = (168, 197, 5, 4, 98, 97, 2, 326, 327)
EYES_68 = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
MOUTH_68 = (
    *(61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91),
    *(78, 81, 13, 311, 308, 402, 14, 178),
)
POINTS_68 = JAW_68 + BROWS_68 + NOSE_68 + EYES_68 + MOUTH_68
"""For each of the 68 points of the iBUG and Multi-PIE markup, the landmark nearest to it."""

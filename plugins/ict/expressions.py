"""The 57 expressions of the ICT-FaceKit, in the order of their file names; the basis ``ict-57``.

Names are ARKit's, with "_L" and "_R" for the person's own left and right. A coefficient of 1 is the
full expression.
"""

import torch
from torch import Tensor

BASIS = "ict-57"

EXPRESSIONS = (
    *("PupilDilate_L", "PupilDilate_R", "browDown_L", "browDown_R", "browInnerUp_L"),
    *("browInnerUp_R", "browOuterUp_L", "browOuterUp_R", "cheekPuff_L", "cheekPuff_R"),
    *("cheekRaiser_L", "cheekRaiser_R", "cheekSquint_L", "cheekSquint_R", "eyeBlink_L"),
    *("eyeBlink_R", "eyeLookDown_L", "eyeLookDown_R", "eyeLookIn_L", "eyeLookIn_R"),
    *("eyeLookOut_L", "eyeLookOut_R", "eyeLookUp_L", "eyeLookUp_R", "eyeSquint_L"),
    *("eyeSquint_R", "eyeWide_L", "eyeWide_R", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimple_L", "mouthDimple_R", "mouthFrown_L", "mouthFrown_R"),
    *("mouthFunnel", "mouthLeft", "mouthLowerDown_L", "mouthLowerDown_R", "mouthPress_L"),
    *("mouthPress_R", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper"),
    *("mouthShrugLower", "mouthShrugUpper", "mouthSmile_L", "mouthSmile_R", "mouthStretch_L"),
    *("mouthStretch_R", "mouthUpperUp_L", "mouthUpperUp_R", "noseSneer_L", "noseSneer_R"),
)

LIDS = (EXPRESSIONS.index("eyeBlink_R"), EXPRESSIONS.index("eyeBlink_L"))
"""Columns that shut the right and the left eye."""

SPREAD, LID_SPREAD = 0.3, 1.0
"""Usual coefficients of speech, and of blinks, which are full expressions."""

IRIS_TRAVEL = 0.07
"""How far a full look moves an iris, model units: an eyeball of 12 mm radius, turned by 35°."""

_LOOKS = {
    "eyeLookOut_R": (0, -1.0, 0.0),
    "eyeLookIn_R": (0, 1.0, 0.0),
    "eyeLookUp_R": (0, 0.0, 1.0),
    "eyeLookDown_R": (0, 0.0, -1.0),
    "eyeLookOut_L": (1, 1.0, 0.0),
    "eyeLookIn_L": (1, -1.0, 0.0),
    "eyeLookUp_L": (1, 0.0, 1.0),
    "eyeLookDown_L": (1, 0.0, -1.0),
}


def gaze() -> Tensor:
    """[57, 2, 3] what each expression does to the right and left iris, model units."""
    moved = torch.zeros(len(EXPRESSIONS), 2, 3)
    for name, (side, right, up) in _LOOKS.items():
        moved[EXPRESSIONS.index(name), side] = IRIS_TRAVEL * torch.tensor([right, up, 0.0])
    return moved


def expression_spread() -> Tensor:
    """[57] usual size of each coefficient while people talk."""
    spread = torch.full((len(EXPRESSIONS),), SPREAD)
    spread[list(LIDS)] = LID_SPREAD
    return spread

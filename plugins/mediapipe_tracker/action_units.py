"""Estimates of the speech-related action units AU10, AU14, AU20, AU25, AU26 from landmarks.

Facial action coding describes muscles; distances between landmarks only show part of what they do.
These are estimates on OpenFace's scale of 0 to 5, not a replacement of a trained detector.

Everything is measured on the head: axes x from the right to the left outer eye corner, y from the
forehead to the chin, both in three dimensions, and in units of the distance between the outer eye
corners. So turning, nodding and distance do not matter. Each measure is compared with the person's
own neutral value; for clips under a second with the typical one.

    lift    y from below the nose (2) to the upper lip (37, 0, 267); shrinks when it is raised
    width   distance of the mouth corners (61, 291)
    drop    y of the corners below the middle of the lips (13, 14)
    gap     distance of the inner lips (13, 14)
    chin    y from below the nose (2) to the chin (152)

    AU10 upper lip raiser    5 (lift_0 - lift) / 0.07,  lift_0 = 80th percentile
    AU25 lips part           5 (gap - gap_0) / 0.20,    gap_0  = 10th percentile, at most 0.03
    AU26 jaw drop            5 (chin - chin_0) / 0.16,  chin_0 = 10th percentile
    AU20 lip stretcher       5 (width - width_0) / 0.12 x share(drop), width_0 = median
    AU14 dimpler             5 (width - width_0) / 0.12 x (1 - share(drop)) x closed
    share(drop) = 1/2 + drop / 0.08 and closed = 1 - AU25 / 2.5, all clipped

Both of the last pull the corners apart; AU20 pulls them down as well, AU14 with closed lips.
"""

import attrs
import torch
from torch import Tensor

NAMES = ("AU10", "AU14", "AU20", "AU25", "AU26")

ENOUGH = 25
"""Found frames from which a clip tells its neutral values by itself."""

TYPICAL = {"lift": 0.165, "width": 0.56, "gap": 0.0, "chin": 0.80}
"""Neutral values measured on frontal speakers, in distances of the outer eye corners."""


@attrs.frozen(eq=False)
class MouthMeasures:
    """Distances [T] on the head, in distances of the outer eye corners."""

    lift: Tensor
    width: Tensor
    drop: Tensor
    gap: Tensor
    chin: Tensor


def action_units(landmarks: Tensor, found: Tensor) -> Tensor:
    """AU10, AU14, AU20, AU25, AU26 [T, 5], 0 to 5.

    Args:
        landmarks: [T, 478, 3] px.
        found: [T] bool; neutral values are taken from these frames.
    """
    m = measure(landmarks)
    parted = _intensity(m.gap - min(_neutral("gap", m.gap[found], 0.1), 0.03), 0.20)
    stretched = m.width - _neutral("width", m.width[found], 0.5)
    down = (0.5 + m.drop / 0.08).clamp(0, 1)
    closed = (1 - parted / 2.5).clamp(0, 1)
    return torch.stack(
        (
            _intensity(_neutral("lift", m.lift[found], 0.8) - m.lift, 0.07),
            _intensity(stretched * (1 - down) * closed, 0.12),
            _intensity(stretched * down, 0.12),
            parted,
            _intensity(m.chin - _neutral("chin", m.chin[found], 0.1), 0.16),
        ),
        -1,
    )


def measure(landmarks: Tensor) -> MouthMeasures:
    """The distances that the estimates are made of."""
    head = _on_head(landmarks)
    below_nose = head[:, 2, 1]
    return MouthMeasures(
        lift=head[:, [37, 0, 267], 1].mean(1) - below_nose,
        width=_distance(head, 61, 291),
        drop=head[:, [61, 291], 1].mean(1) - head[:, [13, 14], 1].mean(1),
        gap=_distance(head, 13, 14),
        chin=head[:, 152, 1] - below_nose,
    )


def _on_head(landmarks: Tensor) -> Tensor:
    across = landmarks[:, 263] - landmarks[:, 33]
    unit = torch.linalg.vector_norm(across, dim=-1, keepdim=True).clamp_min(1e-6)
    x = across / unit
    y = landmarks[:, 152] - landmarks[:, 10]
    y = torch.nn.functional.normalize(y - (y * x).sum(-1, keepdim=True) * x, dim=-1)
    axes = torch.stack((x, y, torch.linalg.cross(x, y)), -1)
    head: Tensor = (landmarks - landmarks[:, 168:169]) @ axes / unit[:, None]
    return head


def _distance(head: Tensor, first: int, second: int) -> Tensor:
    distance: Tensor = torch.linalg.vector_norm(head[:, first] - head[:, second], dim=-1)
    return distance


def _neutral(name: str, values: Tensor, quantile: float) -> float:
    if len(values) < ENOUGH:
        return TYPICAL[name]
    return float(torch.quantile(values, quantile))


def _intensity(amount: Tensor, full: float) -> Tensor:
    return (5 * amount / full).clamp(0, 5)

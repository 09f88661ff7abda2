"""What networks that make and networks that judge have to do with each other."""

import enum
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.interfaces import Judgement, Sample
from visemix.core.training.learned import seeded
from visemix.core.training.material import Critic


class GanLoss(enum.Enum):
    """Objectives of adversarial training.

    LOG: Goodfellow et al., Generative Adversarial Nets, 2014 (non-saturating).
    LEAST_SQUARES: Mao et al., Least Squares Generative Adversarial Networks, 2017.
    HINGE: Lim and Ye, Geometric GAN, 2017.
    """

    LOG = "log"
    LEAST_SQUARES = "least-squares"
    HINGE = "hinge"


def fool(judgement: Judgement, kind: GanLoss) -> Tensor:
    """Loss of the network that made what was judged, mean over the scales.

    >>> float(fool(Judgement([torch.zeros(1)]), GanLoss.LEAST_SQUARES))
    1.0
    """
    if kind is GanLoss.HINGE:
        return _mean([-scores.mean() for scores in judgement.scores])
    return _mean([_as_real(scores, kind) for scores in judgement.scores])


def tell_apart(real: Judgement, made: Judgement, kind: GanLoss) -> Tensor:
    """Loss of the network that judges: half for the real ones, half for the made ones.

    >>> float(tell_apart(Judgement([torch.ones(1)]), Judgement([torch.zeros(1)]), GanLoss("hinge")))
    0.5
    """
    if kind is GanLoss.HINGE:
        terms = [
            functional.relu(1 - r).mean() + functional.relu(1 + m).mean()
            for r, m in zip(real.scores, made.scores, strict=True)
        ]
    else:
        terms = [
            _as_real(r, kind) + _as_made(m, kind)
            for r, m in zip(real.scores, made.scores, strict=True)
        ]
    return _mean(terms) / 2


def match_features(real: Judgement, made: Judgement) -> Tensor:
    """Mean over scales and layers of the L1 distance of activations (pix2pixHD, eq. 4)."""
    terms = [
        functional.l1_loss(m, r.detach())
        for real_layers, made_layers in zip(real.features, made.features, strict=True)
        for r, m in zip(real_layers, made_layers, strict=True)
    ]
    return _mean(terms)


def _as_real(scores: Tensor, kind: GanLoss) -> Tensor:
    if kind is GanLoss.LOG:
        return functional.softplus(-scores).mean()
    return (scores - 1).square().mean()


def _as_made(scores: Tensor, kind: GanLoss) -> Tensor:
    if kind is GanLoss.LOG:
        return functional.softplus(scores).mean()
    return scores.square().mean()


def _mean(terms: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(terms)).mean()


@attrs.frozen(eq=False)
class Judge:
    """A critic with its network.

    Attributes:
        critic: what the recipe says.
        network: Sample -> Judgement; belongs into ``Stage.modules`` under ``critic.name``.
    """

    critic: Critic
    network: nn.Module


def judges_for(critics: Sequence[Critic], like: Callable[[Critic], Sample]) -> list[Judge]:
    """Fresh networks of ``critics``, the same every time.

    Args:
        critics: of one stage.
        like: a sample as that critic will see it.

    Raises:
        InvalidValue: a critic cannot judge such samples.
    """
    judges = []
    for place, critic in enumerate(critics):
        with seeded(place):
            judges.append(Judge(critic, critic.part.network(like(critic))))
    return judges


@contextmanager
def frozen(module: nn.Module) -> Iterator[nn.Module]:
    """A network that passes gradients on but learns nothing from them.

    It is taken out of its wrapper for several processes: what does not learn need not be shared.
    """
    inner = unwrapped(module)
    learns = [p for p in inner.parameters() if p.requires_grad]
    for parameter in learns:
        parameter.requires_grad_(False)
    try:
        yield inner
    finally:
        for parameter in learns:
            parameter.requires_grad_(True)


def unwrapped(module: nn.Module) -> nn.Module:
    """The network inside the wrappers of Fabric and of distributed training."""
    while isinstance(inner := getattr(module, "module", None), nn.Module):
        module = inner
    return module

import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Sample
from visemix.core.testing.contracts import check_part
from visemix.core.training.adversarial import GanLoss, fool
from visemix.plugins.rhythmic_head.motion_critic import MotionStatistics, statistics


@pytest.mark.parametrize(("changes", "numbers"), [(False, 12), (True, 24)])
def test_12_or_24_numbers_are_judged(changes: bool, numbers: int) -> None:
    critic = MotionStatistics(changes=changes)
    network = critic.network(Sample(attributes=torch.zeros(1, 9, 6)))
    assert sum(p.numel() for p in network.parameters()) == numbers + 1
    check_part("discriminator", critic, Contract("motion-statistics", "discriminator"))


def test_nothing_but_mean_and_spread_counts() -> None:
    motion = torch.randn(3, 40, 6)
    network = MotionStatistics().network(Sample(attributes=motion))
    shuffled = motion[:, torch.randperm(40)]
    one, other = (network(Sample(attributes=x)).scores[0] for x in (motion, shuffled))
    torch.testing.assert_close(one, other)
    seen = statistics(motion)
    torch.testing.assert_close(seen[:, :6], motion.mean(1))
    torch.testing.assert_close(seen[:, 6:], motion.std(1, correction=0))


def test_what_it_says_reaches_who_made_the_motion() -> None:
    motion = torch.randn(3, 40, 6, requires_grad=True)
    network = MotionStatistics().network(Sample(attributes=motion))
    fool(network(Sample(attributes=motion)), GanLoss.LOG).backward()  # type: ignore[no-untyped-call]
    assert motion.grad is not None and bool((motion.grad != 0).all())


def test_a_head_that_stands_still_has_a_finite_slope() -> None:
    motion = torch.zeros(1, 40, 6, requires_grad=True)
    statistics(motion).sum().backward()  # type: ignore[no-untyped-call]
    assert motion.grad is not None and bool(motion.grad.isfinite().all())


def test_there_must_be_attributes() -> None:
    with pytest.raises(InvalidValue, match="Let it judge 'attributes'"):
        MotionStatistics().network(Sample(frames=torch.zeros(1, 3, 8, 8)))

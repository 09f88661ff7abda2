import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Sample
from visemix.core.testing.contracts import check_part
from visemix.core.training.adversarial import GanLoss, fool, tell_apart
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


def test_a_head_that_hardly_moves_is_told_to_move_more() -> None:
    torch.manual_seed(0)
    still = 0.2 * torch.randn(16, 40, 6)
    network = MotionStatistics().network(Sample(attributes=still))
    optimizer = torch.optim.Adam(network.parameters(), 0.05)
    for _ in range(60):
        real, made = (network(Sample(attributes=x)) for x in (torch.randn(16, 40, 6), still))
        loss = tell_apart(real, made, GanLoss.LOG)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    amount = torch.ones((), requires_grad=True)
    fool(network(Sample(attributes=amount * still)), GanLoss.LOG).backward()  # type: ignore[no-untyped-call]
    assert amount.grad is not None and float(amount.grad) < 0


def test_a_head_that_stands_still_has_a_finite_slope() -> None:
    motion = torch.zeros(1, 40, 6, requires_grad=True)
    statistics(motion).sum().backward()  # type: ignore[no-untyped-call]
    assert motion.grad is not None and bool(motion.grad.isfinite().all())


def test_there_must_be_attributes() -> None:
    with pytest.raises(InvalidValue, match="Let it judge 'attributes'"):
        MotionStatistics().network(Sample(frames=torch.zeros(1, 3, 8, 8)))

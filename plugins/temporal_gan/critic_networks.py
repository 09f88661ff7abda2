"""Networks of the three critics (section 3.2); the widths are ours (PAPER.md)."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Judgement, Sample
from visemix.core.networks.initial_weights import initialise
from visemix.plugins.temporal_gan.hearing import STEPS, AudioFrameEncoder

SLOPE = 0.2
"""Of the leaky ReLUs."""

SNIPPET = 5
"""Frames of a snippet: 0.2 s at 25 frames per second."""

EMBEDDING = 256
"""Numbers that a snippet and its sound become; those of the generator's audio frame encoder."""

STEEPNESS = 4.0
"""First weight of the perceptron, logits per unit of distance."""


@attrs.frozen
class CriticSize:
    """How a critic is built.

    Attributes:
        width: channels of the first layer; each next has twice as many.
        layers: with stride 2; as many as the pictures have room for.
    """

    width: int = 64
    layers: int = 5


class Trunk(nn.Module):
    """Pictures to vectors as the identity encoder does it: halved and halved, then one number each.

    Args:
        before: channels of the pictures.
        after: numbers of a vector.
        picture: height and width, px.
        size: of the layers.
    """

    def __init__(self, before: int, after: int, picture: tuple[int, int], size: CriticSize) -> None:
        super().__init__()
        height, width = picture
        layers: list[nn.Module] = []
        for k in range(size.layers):
            if min(height, width) < 4:
                break
            channels = size.width * 2**k
            norm = [nn.BatchNorm2d(channels)] if k else []
            conv = nn.Conv2d(before, channels, 4, 2, 1, bias=not k)
            layers.append(nn.Sequential(conv, *norm, nn.LeakyReLU(SLOPE)))
            before, height, width = channels, height // 2, width // 2
        self.layers = nn.ModuleList(layers)
        self.last = nn.Conv2d(before, after, (height, width))

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """[N, C, H, W] to [N, after], and the activations of every layer."""
        features = []
        for layer in self.layers:
            pictures = layer(pictures)
            features.append(pictures)
        return self.last(pictures).flatten(1), features


class FrameCritic(nn.Module):
    """Six layers over a frame beside the still picture (3.2.1).

    Args:
        like: a sample as it will be called with.
        size: of the layers.
        conditional: whether it sees the still picture, or whatever the frame was made from.

    Raises:
        InvalidValue: the sample has no frames.
    """

    def __init__(self, like: Sample, size: CriticSize, conditional: bool = True) -> None:
        super().__init__()
        self._conditional = conditional
        pictures = self._seen(like)
        self.trunk = Trunk(pictures.shape[1], 1, _size_of(pictures), size)
        initialise(self)

    def forward(self, sample: Sample) -> Judgement:
        """One logit a frame, and the activations of every layer."""
        scores, features = self.trunk(self._seen(sample))
        return Judgement([scores], [features])

    def _seen(self, sample: Sample) -> Tensor:
        frames = _frames(sample, 4)
        if sample.condition is None or not self._conditional:
            return frames
        return torch.cat((frames, sample.condition), 1)


class SequenceCritic(nn.Module):
    """Spatio-temporal convolutions at every step, a GRU, a classifier at the end (3.2.2).

    Args:
        like: a sample as it will be called with.
        size: of the layers.
        hidden: of the GRU.
        sound: whether it hears, as D(x, a) of eq. 4 says; the description knows of no sound.

    Raises:
        InvalidValue: the sample has no sequences, or no sound for a critic that hears.
    """

    def __init__(self, like: Sample, size: CriticSize, hidden: int, sound: bool) -> None:
        super().__init__()
        height, width = _size_of(_frames(like, 5))
        self.moving = nn.Conv3d(3, size.width, (3, 4, 4), (1, 2, 2), (1, 1, 1))
        smaller = CriticSize(2 * size.width, size.layers - 1)
        self.trunk = Trunk(size.width, hidden, (height // 2, width // 2), smaller)
        self.hearing = _encoder(_sound(like)) if sound else None
        self.following = nn.GRU(hidden + (EMBEDDING if sound else 0), hidden, batch_first=True)
        self.last = nn.Linear(hidden, 1)
        for layer in (self.moving, self.trunk, self.last):
            initialise(layer)

    def forward(self, sample: Sample) -> Judgement:
        """One logit a sequence."""
        frames = _frames(sample, 5)
        moving = nn.functional.leaky_relu(self.moving(frames.transpose(1, 2)), SLOPE)
        steps, _ = self.trunk(moving.transpose(1, 2).flatten(0, 1))
        steps = steps.unflatten(0, frames.shape[:2])
        if self.hearing is not None:
            heard = self.hearing(_padded(_sound(sample)).flatten(0, 1))
            steps = torch.cat((steps, heard.unflatten(0, frames.shape[:2])), -1)
        followed, _ = self.following(steps)
        return Judgement([self.last(followed[:, -1])])


class SyncCritic(nn.Module):
    """Two streams, the distance of their embeddings, a perceptron (3.2.3, figure 5).

    It sees the lower half of snippets of SNIPPET frames (of all frames, where there are fewer) and
    hears the window of sound in their middle; a longer sequence is judged snippet by snippet. The
    distance is the Euclidean one over the root of the embedding's size.

    Args:
        like: a sample as it will be called with.
        size: of the layers of the video stream.

    Raises:
        InvalidValue: the sample has no sequences or no sound.
    """

    def __init__(self, like: Sample, size: CriticSize) -> None:
        super().__init__()
        frames = _frames(like, 5)
        self.frames = min(SNIPPET, frames.shape[1])
        height, width = _size_of(frames)
        self.seeing = Trunk(3 * self.frames, EMBEDDING, (height - height // 2, width), size)
        self.hearing = _encoder(_sound(like))
        self.judging = nn.Linear(1, 1)
        initialise(self.seeing)
        nn.init.constant_(self.judging.weight, -STEEPNESS)
        self._begin_undecided(like)

    @torch.no_grad()
    def _begin_undecided(self, like: Sample) -> None:
        """Let the first distances score 0: at its learning rate a bias would take days to come."""
        distance = self._distance(like)[0].mean()
        self.judging.bias.copy_(STEEPNESS * distance)
        for layer in self.modules():
            if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                layer.reset_running_stats()

    def forward(self, sample: Sample) -> Judgement:
        """One logit a snippet [B, N]."""
        distance, count = self._distance(sample)
        scores: Tensor = self.judging(distance)
        return Judgement([scores.reshape(-1, count)])

    def _distance(self, sample: Sample) -> tuple[Tensor, int]:
        """Of picture and sound of every snippet [B N, 1]; and N."""
        frames, sound = _frames(sample, 5), _sound(sample)
        count = frames.shape[1] - self.frames + 1
        lower = frames[..., frames.shape[-2] // 2 :, :]
        snippets = torch.stack([lower[:, k : k + self.frames] for k in range(count)], 1)
        seen, _ = self.seeing(snippets.flatten(2, 3).flatten(0, 1))
        middle = self.frames // 2
        heard = self.hearing(_padded(sound[:, middle : middle + count]).flatten(0, 1))
        apart = (torch.tanh(seen) - heard).square().mean(1, keepdim=True)
        return (apart + 1e-8).sqrt(), count  # the slope at 0 would be endless


def _encoder(sound: Tensor) -> AudioFrameEncoder:
    return AudioFrameEncoder(_padded(sound).shape[-1], EMBEDDING)


def _padded(sound: Tensor) -> Tensor:
    """Windows with silence behind them, up to whole steps of the encoder."""
    return nn.functional.pad(sound, (0, -sound.shape[-1] % STEPS))


def _frames(sample: Sample, axes: int) -> Tensor:
    shape = "[B, 3, H, W]" if axes == 4 else "[B, T, 3, H, W]"
    if sample.frames is None or sample.frames.ndim != axes:
        found: Sequence[int] | None = None if sample.frames is None else sample.frames.shape
        what = f"expected {shape}, got {None if found is None else list(found)}"
        raise InvalidValue(what, where="Sample.frames")
    return sample.frames


def _sound(sample: Sample) -> Tensor:
    """[B, T, S] the window of sound around every frame."""
    if sample.sound is None or sample.sound.ndim != 3:
        what = "this critic needs a window of sound around every frame, [B, T, S]"
        raise InvalidValue(what, where="Sample.sound", do="prepare clips with sound")
    return sample.sound


def _size_of(pictures: Tensor) -> tuple[int, int]:
    return pictures.shape[-2], pictures.shape[-1]

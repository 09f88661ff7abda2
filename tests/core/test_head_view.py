"""What a contact sheet shows."""

import torch

from visemix.core.head_view import head_in, head_of, thumbnails
from visemix.core.testing.samples import CROP_LEFT, CROP_SIZE, CROP_TOP, sample_subject


def test_the_head_is_what_the_crop_covers() -> None:
    subject = sample_subject()
    tall, wide = head_of(subject)
    assert (tall.start, tall.stop) == (CROP_TOP, CROP_TOP + CROP_SIZE)
    assert (wide.start, wide.stop) == (CROP_LEFT, CROP_LEFT + CROP_SIZE)
    full = torch.zeros(2, 3, subject.frames.height, subject.frames.width, dtype=torch.uint8)
    assert head_in(full, subject).shape == (2, 3, CROP_SIZE, CROP_SIZE)
    crops = torch.zeros(2, 3, 64, 64, dtype=torch.uint8)
    assert head_in(crops, subject) is crops


def test_thumbnails_keep_the_shape() -> None:
    assert thumbnails(torch.zeros(1, 3, 768, 512, dtype=torch.uint8)).shape == (1, 3, 384, 256)
    small = torch.zeros(1, 3, 20, 10, dtype=torch.uint8)
    assert thumbnails(small) is small

"""What any part must satisfy: built-in, or written by a stranger.

    from visemix.core.testing.contracts import check_part

    def test_it_conforms() -> None:
        check_part("renderer", Wireframe(), CONTRACT)

``visemix.registry.conformance.check_plugin`` does this for every part of an installed plugin, with
the contracts of its manifest; so does ``visemix plugins check NAME``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, VisemixError
from visemix.core.interfaces import (
    AttributeModel,
    AudioEncoder,
    Discriminator,
    FaceModel,
    FaceTracker,
    HeadMotion,
    IdentityEncoder,
    Metric,
    Part,
    ReferenceMatcher,
    Refiner,
    Renderer,
)
from visemix.core.testing.attribute_models import MODEL_CHECKS
from visemix.core.testing.audio_encoders import ENCODER_CHECKS
from visemix.core.testing.expectations import Nonconforming
from visemix.core.testing.face_models import FACE_MODEL_CHECKS
from visemix.core.testing.head_motions import HEAD_MOTION_CHECKS
from visemix.core.testing.judges import (
    check_discriminator_judges,
    check_identity_vector,
    check_metric_order,
)
from visemix.core.testing.matchers import MATCHER_CHECKS
from visemix.core.testing.promise import Promise
from visemix.core.testing.refiners import REFINER_CHECKS
from visemix.core.testing.renderers import RENDERER_CHECKS
from visemix.core.testing.trackers import TRACKER_CHECKS
from visemix.core.testing.trainables import check_trainable
from visemix.core.training.stage import Trainable
from visemix.core.values.subject import Picture

Check = Callable[[Any, Promise], None]
"""Takes a part of one kind (Any: ``check_part`` compared its class) and what it promises."""

VIDEO = {"$video.fps": 25.0, "$video.size": 256}
"""What a recipe that says nothing of the video stands for."""


@attrs.frozen
class Kit:
    """How one kind of part is checked.

    Attributes:
        interface: its class.
        checks: each looks at one thing; its docstring says which.
    """

    interface: type[Part]
    checks: Sequence[Check]


KITS: Mapping[str, Kit] = {
    "tracker": Kit(FaceTracker, TRACKER_CHECKS),
    "identity_encoder": Kit(IdentityEncoder, (check_identity_vector,)),
    "audio_encoder": Kit(AudioEncoder, ENCODER_CHECKS),
    "attribute_model": Kit(AttributeModel, MODEL_CHECKS),
    "head_motion": Kit(HeadMotion, HEAD_MOTION_CHECKS),
    "matcher": Kit(ReferenceMatcher, MATCHER_CHECKS),
    "face_model": Kit(FaceModel, FACE_MODEL_CHECKS),
    "renderer": Kit(Renderer, RENDERER_CHECKS),
    "refiner": Kit(Refiner, REFINER_CHECKS),
    "discriminator": Kit(Discriminator, (check_discriminator_judges,)),
    "metric": Kit(Metric, (check_metric_order,)),
}
"""Kind of part -> its checks."""


def check_part(
    kind: str,
    part: Part,
    contract: Contract,
    settings: Mapping[str, object] | None = None,
    face: Picture | None = None,
) -> None:
    """Run every check of a kind of part.

    Args:
        kind: one of core.contracts.KINDS.
        part: built with ``settings``.
        contract: what its manifest says of it.
        settings: what it was built with; the contract's defaults if None.
        face: a picture [H, W, 3] uint8 that shows one face; without it a tracker is only shown
            pictures without a face.

    Raises:
        Nonconforming: lists everything that the part does not do.
        CheckpointError: the part has to get its weights before it can be tried.
    """
    faults = find_faults(kind, part, contract, settings, face)
    if faults:
        listed = "".join(f"\n- {fault}" for fault in faults)
        raise Nonconforming(f"the {kind} {contract.name!r} does not conform:{listed}")


def find_faults(
    kind: str,
    part: Part,
    contract: Contract,
    settings: Mapping[str, object] | None = None,
    face: Picture | None = None,
) -> list[str]:
    """Everything that a part does not do, one sentence each; see ``check_part``.

    Raises:
        CheckpointError: the part has to get its weights before it can be tried.
    """
    kit = KITS[kind]
    if contract.kind != kind:
        return [f"its manifest calls it a {contract.kind}"]
    if not isinstance(part, kit.interface):
        return [f"{type(part).__name__} is no subclass of {kit.interface.__name__}"]
    built_with = default_settings(contract) if settings is None else settings
    promise = Promise(contract, built_with, face)
    found = (_fault(check, part, promise) for check in (*kit.checks, check_trainable))
    return [fault for fault in found if fault]


def default_settings(contract: Contract) -> dict[str, object]:
    """The settings of a part of which a recipe says nothing."""
    return {
        name: VIDEO.get(str(setting.default), setting.default)
        for name, setting in contract.settings.items()
    }


MAY_LACK_WEIGHTS = (Trainable, AudioEncoder, IdentityEncoder)
"""Parts that may find out when they are used that there are no weights: to be trained first, or
downloaded by the user."""


def _fault(check: Check, part: Part, promise: Promise) -> str:
    name = check.__name__.removeprefix("check_")
    try:
        check(part, promise)
    except AssertionError as e:  # rasterizer checks assert
        return f"{name}: {e}"
    except CheckpointError as e:
        if isinstance(part, MAY_LACK_WEIGHTS) and check is not check_trainable:
            raise
        return f"{name}: {type(e).__name__}: {e}"
    except VisemixError as e:
        return f"{name}: {type(e).__name__}: {e}"
    except Exception as e:  # noqa: BLE001 - a stranger's code; whatever it is, it is reported
        return f"{name}: it raised {type(e).__name__}: {e}"
    return ""

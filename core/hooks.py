"""Every hook a plugin may implement, in the order of the data flow (docs/hooks.md)."""

import pluggy

from visemix.core.interfaces import (
    AttributeModel,
    AudioEncoder,
    Discriminator,
    FaceModel,
    FaceTracker,
    HeadMotion,
    IdentityEncoder,
    Metric,
    ReferenceMatcher,
    Refiner,
    Renderer,
)

HOOK_NAMESPACE = "visemix"
hookspec = pluggy.HookspecMarker(HOOK_NAMESPACE)
hookimpl = pluggy.HookimplMarker(HOOK_NAMESPACE)

# The bodies of hook specifications are empty on purpose.
# mypy: disable-error-code="empty-body"
# pyright: reportReturnType=false


@hookspec
def visemix_trackers() -> dict[str, type[FaceTracker]]:
    """Offer face trackers by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_identity_encoders() -> dict[str, type[IdentityEncoder]]:
    """Offer identity encoders by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_audio_encoders() -> dict[str, type[AudioEncoder]]:
    """Offer audio encoders by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """Offer attribute models by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_head_motions() -> dict[str, type[HeadMotion]]:
    """Offer head motion by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """Offer reference matchers (background or motion matching) by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """Offer face models by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_renderers() -> dict[str, type[Renderer]]:
    """Offer renderers by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_refiners() -> dict[str, type[Refiner]]:
    """Offer refiners by name.

    Called once, when a recipe names a part of this plugin.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """Offer discriminators by name.

    Called once, when a recipe names a part of this plugin and is trained.

    Returns:
        Name used in recipes -> class.

    Added in 0.1.
    """


@hookspec
def visemix_metrics() -> dict[str, type[Metric]]:
    """Offer metrics by name.

    Called once, when a benchmark names a part of this plugin.

    Returns:
        Name used in benchmarks -> class.

    Added in 0.1.
    """

"""Whether the classes that a plugin offers are those that its manifest describes."""

import inspect
from collections.abc import Iterator, Mapping

from visemix.core.contracts import Contract
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
from visemix.registry.hook_names import hook_of
from visemix.registry.manifests import Manifest

INTERFACES: dict[str, type[Part]] = {
    "tracker": FaceTracker,
    "identity_encoder": IdentityEncoder,
    "audio_encoder": AudioEncoder,
    "attribute_model": AttributeModel,
    "head_motion": HeadMotion,
    "matcher": ReferenceMatcher,
    "face_model": FaceModel,
    "renderer": Renderer,
    "refiner": Refiner,
    "discriminator": Discriminator,
    "metric": Metric,
}


def disagreements(manifest: Manifest, classes: Mapping[tuple[str, str], type]) -> list[str]:
    """Every difference, one sentence each; empty if they agree."""
    described = {(part.kind, part.name): part for part in manifest.parts}
    found = []
    for kind, name in sorted(described.keys() - classes.keys()):
        found.append(f"the manifest has a {kind} {name!r}, {hook_of(kind)}() does not offer it")
    for kind, name in sorted(classes.keys() - described.keys()):
        found.append(f"{hook_of(kind)}() offers {name!r}, the manifest has no such {kind}")
    for key in sorted(described.keys() & classes.keys()):
        found += _differences(described[key], classes[key])
    return found


def _differences(part: Contract, cls: object) -> Iterator[str]:
    wanted = INTERFACES[part.kind]
    if not isinstance(cls, type) or not issubclass(cls, wanted):
        yield f"the {part.kind} {part.name!r} is no subclass of {wanted.__name__}"
        return
    missing = sorted(getattr(cls, "__abstractmethods__", ()))
    if missing:
        yield f"{cls.__name__} lacks {', '.join(missing)}()"
    parameters = inspect.signature(cls).parameters.values()
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    named = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    for name in part.settings:
        if name not in named and not open_ended:
            yield f"{cls.__name__}() takes no {name!r}, which the manifest has as a setting"
    for name, parameter in named.items():
        if parameter.default is parameter.empty and name not in part.settings:
            yield f"{cls.__name__}() needs {name!r}, which is no setting in the manifest"

"""Who a picture shows, by a user's own face-recognition network."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import IdentityEncoder


@hookimpl
def visemix_identity_encoders() -> dict[str, type[IdentityEncoder]]:
    """``onnx-identity``."""
    from visemix.plugins.onnx_identity.encoder import OnnxIdentity

    return {"onnx-identity": OnnxIdentity}

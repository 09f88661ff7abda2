"""Who a picture shows, by a user's own face-recognition network; metrics of identity."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import IdentityEncoder, Metric


@hookimpl
def visemix_identity_encoders() -> dict[str, type[IdentityEncoder]]:
    """``onnx-identity``."""
    from visemix.plugins.onnx_identity.encoder import OnnxIdentity

    return {"onnx-identity": OnnxIdentity}


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """``csim``, ``csim-source`` and ``acd``."""
    from visemix.plugins.onnx_identity.metrics import Acd, Csim, CsimSource

    return {"csim": Csim, "csim-source": CsimSource, "acd": Acd}

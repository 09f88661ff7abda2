"""The canonical mesh, which all that read tracked landmarks share (core/fitting)."""

from visemix.core.fitting.canonical_mesh import CM_PER_UNIT, CanonicalMesh, canonical_mesh

__all__ = ["CM_PER_UNIT", "CanonicalMesh", "canonical_mesh"]

"""Drawing a mesh, as far as it is the same for every rasterizer."""

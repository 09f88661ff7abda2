"""A face as it is tracked: neutral shape, expression in the basis landmark-mesh-64, lids."""

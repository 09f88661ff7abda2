"""Sound, video and photos in and out, through PyAV. Nothing else in core imports this package."""

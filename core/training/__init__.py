"""One training loop for every system; needs no media library, only a prepared dataset."""

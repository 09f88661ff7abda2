"""One folder per plugin; none imports another."""

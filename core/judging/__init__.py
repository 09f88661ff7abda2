"""Judging made videos: what a metric sees, what it says, what follows from the numbers."""

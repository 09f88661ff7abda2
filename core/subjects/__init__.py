"""Prepared subjects on disk: a folder that is either whole or not there."""

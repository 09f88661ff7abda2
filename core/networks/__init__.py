"""Pieces of networks that several published systems share."""

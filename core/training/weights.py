"""Weights of a loss's terms: a preset's, and what a recipe puts in their place."""

from collections.abc import Mapping


def chosen(preset: Mapping[str, float], replaced: Mapping[str, float]) -> dict[str, float]:
    """The preset's weights with those that the recipe replaces.

    A recipe weighs the terms of all its parts in one list, so names of other parts' terms are
    passed over; that every name belongs to some part is checked with the recipe (manifests list
    them).

    >>> chosen({"l1": 100.0, "gan": 1.0}, {"gan": 0.0, "pose": 3.0})
    {'l1': 100.0, 'gan': 0.0}
    """
    return {name: replaced.get(name, weight) for name, weight in preset.items()}

"""Small comparisons, for tests of statistics and reports."""

from collections.abc import Mapping, Sequence

from visemix.core.judging.comparison import (
    CONTROLS,
    ClipInfo,
    Comparison,
    Definition,
    Failure,
    Pooled,
    System,
    Value,
)

LMD = Definition("lmd", "lmd", {}, "Mouth distance.", "px", "smaller", "Chen 2018", 1, "lips")
"""A metric, smaller is better."""


def sample_comparison(
    figures: Mapping[str, Sequence[float | None]],
    metric: Definition = LMD,
    failures: Sequence[Failure] = (),
    pooled: Sequence[Pooled] = (),
) -> Comparison:
    """One metric over a few systems and clips.

    Args:
        figures: system -> one figure per clip; systems named as controls are controls.
        metric: what they are figures of.
        failures: of videos that were not made.
        pooled: figures of all clips.
    """
    count = max(len(values) for values in figures.values()) if figures else 0
    clips = tuple(ClipInfo(f"clip-{k}", "s1", 3.0, "0" * 64) for k in range(count))
    return Comparison(
        protocol="sample",
        protocol_sha256="f" * 64,
        created="2026-01-01T00:00:00Z",
        hardware="2 cores",
        versions={"visemix": "0.1.0"},
        systems=tuple(System(name, name in CONTROLS) for name in figures),
        clips=clips,
        metrics=(metric,),
        values=tuple(
            Value(name, clips[k].name, 0, metric.label, value)
            for name, values in figures.items()
            for k, value in enumerate(values)
        ),
        pooled=tuple(pooled),
        failures=tuple(failures),
    )

"""The few-shot generator: hybrid embedding, flow warps, non-linear composition."""

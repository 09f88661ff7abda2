"""The frozen values that pass between stages, one per arrow (docs/data_flow.md)."""

"""Fitting face models to what was seen: landmarks, colour, light."""

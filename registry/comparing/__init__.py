"""``visemix compare``: makes and judges the videos of recipes and controls under one protocol."""

"""Stage `circuit` of a scenario."""

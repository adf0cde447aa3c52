"""Stage `alter` of a scenario."""

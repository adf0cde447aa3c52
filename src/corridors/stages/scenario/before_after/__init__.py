"""Stage `before_after` of a scenario."""

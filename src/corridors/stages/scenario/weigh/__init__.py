"""Stage `weigh` of a scenario."""

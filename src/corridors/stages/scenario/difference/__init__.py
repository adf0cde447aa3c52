"""Stage `difference` of a scenario."""

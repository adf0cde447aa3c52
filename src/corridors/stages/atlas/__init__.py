"""Stage `atlas`."""

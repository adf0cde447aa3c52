"""Stage `rank`."""

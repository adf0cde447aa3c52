"""Stage `segment`."""

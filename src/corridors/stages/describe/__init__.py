"""Stage `describe`."""

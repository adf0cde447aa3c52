"""Stage `connect`."""

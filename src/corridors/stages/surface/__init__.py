"""Stage `surface`."""

"""Stage `weigh`."""

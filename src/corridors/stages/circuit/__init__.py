"""Stage `circuit`."""

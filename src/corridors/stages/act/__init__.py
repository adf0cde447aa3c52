"""Stage `act`."""

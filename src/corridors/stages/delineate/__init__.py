"""Stage `delineate`."""

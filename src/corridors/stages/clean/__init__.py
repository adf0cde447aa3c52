"""Stage `clean`."""

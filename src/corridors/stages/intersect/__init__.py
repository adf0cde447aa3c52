"""Stage `intersect`."""

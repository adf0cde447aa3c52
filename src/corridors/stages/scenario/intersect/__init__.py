"""Stage `intersect` of a scenario."""

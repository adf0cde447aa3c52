"""Stage of `corridors compare-profiles`, part of no run."""

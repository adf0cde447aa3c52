"""A simulated herd whose truth is known."""

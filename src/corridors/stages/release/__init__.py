"""What `corridors release` gathers, adds to an earlier release, and checks."""

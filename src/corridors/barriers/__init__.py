"""What stands in the way: sources, segments, crossings, borders."""

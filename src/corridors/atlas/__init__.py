"""What leaves the pipeline: maps, styles, reports."""

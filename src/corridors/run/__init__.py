"""Planning, executing and committing stages."""

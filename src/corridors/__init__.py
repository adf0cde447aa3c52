"""GPS tracks of migratory ungulates into migration corridors and ranked threats."""

__version__ = "0.1.0"

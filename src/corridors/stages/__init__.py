"""The stages of the pipeline. Their order is in :mod:`corridors.stages.registry`."""

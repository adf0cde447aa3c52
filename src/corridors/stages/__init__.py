"""The stages of the pipeline. The one table of them is :mod:`corridors.stages.table`."""

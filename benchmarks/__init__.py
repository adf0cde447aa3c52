"""Measured costs, each as a ratio to a yardstick of the same process.

One file per benchmark; its name is the file's. It has ``run() -> Figure``, which raises
``MissingDataError`` where it lacks its data.
"""

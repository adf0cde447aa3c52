"""Measured costs, each as a ratio to a yardstick of the same process.

One file per benchmark; its name is the file's. It has ``run()``, which returns a ``Figure``, a list
of them, or a ``Report`` with a page of its own, and raises ``MissingDataError`` where it lacks its
data.
"""

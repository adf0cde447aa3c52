"""The package from Python: a study by name, and the science one verb at a time.

What a researcher types in a notebook. :mod:`study` loads a study, runs it and reads its results as
tables; :mod:`sources` takes tables of the researcher's own in; each function of :mod:`verbs` is a
stage, called in memory; :mod:`example` is a herd small enough to check by hand. Nothing here is
science and nothing of the package imports this room: ``import corridors`` finds what it names when
it is asked for.
"""

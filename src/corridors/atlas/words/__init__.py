"""Sentences for people, made where results are shown: the one place to look for a translation."""

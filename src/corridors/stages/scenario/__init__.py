"""Stages of a scenario, beside those of a run."""

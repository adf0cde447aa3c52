"""Typed, closed configuration."""

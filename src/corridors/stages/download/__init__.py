"""Herds as they are released for download."""

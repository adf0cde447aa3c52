"""Errors, CRS, grid and table contracts: no dependencies on other layers."""

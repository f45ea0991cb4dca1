"""Builds what commands need on first use: the one address of lazy imports."""

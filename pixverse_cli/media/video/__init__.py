"""Finished videos: fetched, checked, and only then given their name."""

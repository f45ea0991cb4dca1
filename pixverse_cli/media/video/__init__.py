"""Finished videos: downloaded, checked, and then renamed to their final name."""

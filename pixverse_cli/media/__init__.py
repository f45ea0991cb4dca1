"""Checks of images before paying, downloads and checks of videos, and output names."""

"""Checks of inputs before paying, downloads and checks of videos, output names, receipts."""

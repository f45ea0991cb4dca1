"""Generates man pages and completion scripts from the command tree, and checks them."""

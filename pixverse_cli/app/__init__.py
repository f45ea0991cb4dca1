"""What one command works with, each part built on first use."""

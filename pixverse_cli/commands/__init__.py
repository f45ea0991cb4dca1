"""One file per command: parse, and hand over."""

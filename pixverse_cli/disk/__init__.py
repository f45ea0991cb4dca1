"""Files: what kind of file a path is, safe reading, and atomic writing."""

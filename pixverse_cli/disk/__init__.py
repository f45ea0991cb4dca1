"""Files: what stands at a path, and writing that is whole or not at all."""

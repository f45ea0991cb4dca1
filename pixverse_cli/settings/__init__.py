"""Settings, directories and the key: where each value comes from, and whether it is sound."""

"""Settings, directories and the API key: the source of each value, and its checks."""

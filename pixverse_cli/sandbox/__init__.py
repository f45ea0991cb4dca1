"""The documented service on loopback, free, for pipelines and tests."""

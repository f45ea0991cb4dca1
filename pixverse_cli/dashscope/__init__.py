"""The client of the service; JSON of the wire does not leave this package."""

"""The client of the service, and the JSON of its calls and answers."""

"""The use cases: plan makes the checks before paying, the others are generators of events."""

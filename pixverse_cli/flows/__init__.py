"""The use cases, as generators of events: plan, submit, watch, save, recover, batch."""

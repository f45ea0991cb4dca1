"""One file per command: parse, run the flow, report."""

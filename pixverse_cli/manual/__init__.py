"""The command tree as man pages and completion scripts, and the check that both are up to date."""

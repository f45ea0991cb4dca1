"""Man pages and completions, generated from the command tree."""

"""Everything that is shown: sentences, tables, progress and JSON Lines."""

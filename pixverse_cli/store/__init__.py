"""What this machine remembers: SQLite, made for many processes at once."""

"""Pictures before paying, videos before keeping."""

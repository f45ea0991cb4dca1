"""Pictures before paying, videos before destination."""

"""The HTTP client of all other rooms: deadlines, size limits, proxies, classified failures."""

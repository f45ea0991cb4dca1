"""One HTTP exchange for everybody: deadlines, bounds, proxies, and failures told apart."""

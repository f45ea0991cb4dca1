"""Small faults put into a room of the package, to see whether its tests notice them."""

"""Small faults in a room of the package, to check that its tests notice them."""

"""The types that all other rooms use; standard library only."""

"""Input files, checked before anything is paid."""

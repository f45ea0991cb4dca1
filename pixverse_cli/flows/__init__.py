"""The story of a video, told as generators of events."""

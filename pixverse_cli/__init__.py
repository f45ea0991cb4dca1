"""PixVerse image-to-video from the command line: never pays twice, never loses a paid video."""

__version__ = "0.1.0"

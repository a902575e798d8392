"""The map of the German states: outlines in a file, and where a place lies on it."""

"""Letters that staff send: texts with placeholders, filled for each recipient and checked before anything waits."""

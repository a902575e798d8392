"""German municipalities, counties and associations: the compiled tables, how they are built and how they are read."""

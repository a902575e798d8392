"""Text in, `Reading` out: what a message says. Pure: no database, no network."""

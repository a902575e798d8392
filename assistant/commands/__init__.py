"""The commands, one module each or a small group; `cli` puts them together."""

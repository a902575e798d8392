"""The REST API for other programs of the office, under /api/v1."""

"""The web application: web chat now, the staff console later, on one FastAPI app."""

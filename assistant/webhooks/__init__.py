"""Telling other programs what happened: signed, only over TLS, never into the office's own network unasked."""

"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

HELD_OUT = ("h", "m2")
"""Files of the corpus that no rule was written from and nothing but the voter on whole letters is trained on (h only)."""

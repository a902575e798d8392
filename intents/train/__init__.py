"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

HELD_OUT = ("h", "m2")
"""Files of the corpus that nothing is trained on and no rule was written from."""

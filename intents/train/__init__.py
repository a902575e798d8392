"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

HELD_OUT = ("h", "m2", "m7")
"""Files that no rule was written from; of the trained parts only the voter on whole letters learns from h."""

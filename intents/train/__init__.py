"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

UNREAD = ("m2", "m7", "u")
"""Files that neither rules nor voters learn from."""

HELD_OUT = ("h", *UNREAD)
"""Files that no rule was written from; of the voters those on letters, places and questions learn from h."""

CORES = ("c",)
"""Files of letters without salutation, signature and contact, of which intents and partnership alone are labelled."""

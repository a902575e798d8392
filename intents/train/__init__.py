"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

UNREAD = ("m2", "m7", "u")
"""Files that neither rules nor voters learn from."""

HELD_OUT = ("h", *UNREAD)
"""Files that no rule was written from; of the voters those on letters, places and questions learn from h."""

CORES = ("c",)
"""Files of letters without salutation, signature and contact, of which intents and partnership alone are labelled."""

FIRST = ("w0", "w1", "w2", "w3", "w4", "w5", "w60", "w61", "w62", "w63")
"""Files of letters from whose sentences the voter on sentences learns.

On all later ones what it says is a feature of the voters on whole letters, and would look better than it is if it had
learnt them.
"""

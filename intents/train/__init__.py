"""Training of what is trained: data readers, configs and the run that writes the model with its figures."""

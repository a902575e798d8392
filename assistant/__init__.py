"""The trunk: composes mailbox, intents and storage to the assistant of the programme office."""

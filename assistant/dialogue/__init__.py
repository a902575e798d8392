"""The channel-neutral dialogue: what a person writes or presses in, replies out; no channel's types inside."""

"""The public Telegram bot: a thin channel around the dialogue, off unless the settings say otherwise."""

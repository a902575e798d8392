"""The Telegram bot for staff: cards of entries, a daily overview, dates, alarms; a closed list of chats."""

"""The bot for staff at work, for every test here."""

from bot_office import migrated_file
from staff_office import any_office, office, quick_turns

__all__ = ["any_office", "migrated_file", "office", "quick_turns"]

"""The bot for staff at work, for every test here."""

from staff_office import any_office, migrated_file, office, quick_turns

__all__ = ["any_office", "migrated_file", "office", "quick_turns"]

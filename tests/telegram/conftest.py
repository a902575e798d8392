"""The public bot at work, for every test here."""

from bot_office import ada, any_office, migrated_file, office, say

__all__ = ["ada", "any_office", "migrated_file", "office", "say"]

"""Sheets of others: read safely, columns guessed by their headings, rows brought into the register."""

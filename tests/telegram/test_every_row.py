"""Every row of what breaks in practice (the notes' B3) has a test that names it."""

import re
from pathlib import Path

ROWS = set(range(1, 27))
# Digests and the hours of the day are the staff bot's.
STAFF = {25}


def test_every_row_has_a_test_that_names_it() -> None:
    folder = Path(__file__).parent
    named = {
        int(number)
        for file in folder.glob("test_*.py")
        for number in re.findall(r"^(?:async )?def test_row_(\d\d)_", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named == ROWS - STAFF

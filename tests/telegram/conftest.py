"""The public bot at work, for every test here."""

import pytest
from bot_office import ada, any_office, migrated_file, office, say

from klimapartner.assistant.telegram import budget

__all__ = ["ada", "any_office", "migrated_file", "office", "say"]


@pytest.fixture(autouse=True)
def hurry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake server takes more than a message a second; where the pace itself is tested, it is Telegram's."""
    paced = "row_10" in request.node.name or "long_line" in request.node.name
    if "office" in request.fixturenames and not paced:
        monkeypatch.setattr(budget, "PERSON_PER_SECOND", 1000.0)

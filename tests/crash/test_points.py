"""No point without its test: whoever adds one finds it here."""

import re
from pathlib import Path

import crash_points as points

ROOT = Path(__file__).parent.parent.parent
POINT = re.compile(r'sys\.audit\(\s*"(klimapartner\.[a-z.]+)"')


def test_every_point_in_the_code_is_tried_and_no_other() -> None:
    leaves = ("assistant", "intents", "mailbox", "storage")
    code = [path.read_text(encoding="utf-8") for leaf in leaves for path in (ROOT / leaf).rglob("*.py")]
    parts = (points.MAIL, points.SMTP_GAP, points.COPYING, points.ERASURE, points.CHAT, points.LINE, points.LINE_GAP)
    later = (points.TRANSACTION, points.SENT, points.CARD, points.CARD_GAP, points.PRESS, points.FORGETTING)
    tried = {name.partition(" ")[0] for part in (*parts, *later) for name in part}
    assert {name for text in code for name in POINT.findall(text)} == tried


def test_no_code_listens_to_the_points() -> None:
    """In earnest nothing can be killed by them: the hook that kills is set by the tests alone."""
    leaves = ("assistant", "intents", "mailbox", "storage")
    assert [path for leaf in leaves for path in (ROOT / leaf).rglob("*.py") if "addaudithook" in path.read_text()] == []

"""The call's data: dates in words, what is late, and clear errors."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from klimapartner.assistant.call import FAQ_IDS, SHIPPED, find_call, load_call
from klimapartner.assistant.dates import when, working_days_after
from klimapartner.assistant.errors import CallError
from klimapartner.assistant.languages import LANGUAGES, Language


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped call to spoil."""
    return Path(shutil.copytree(SHIPPED / "phase09", tmp_path / "phase09"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "dates"),
    [
        ("de", ["22.–23. Februar 2022", "bis 31. März 2022", "Mitte Juni 2022", "15.–17. November 2022"]),
        ("en", ["22–23 February 2022", "by 31 March 2022", "mid-June 2022", "15–17 November 2022"]),
        ("fr", ["du 22 au 23 février 2022", "jusqu’au 31 mars 2022", "à la mi-juin 2022", "du 15 au 17 novembre 2022"]),
        ("es", ["del 22 al 23 de febrero de 2022", "hasta el 31 de marzo de 2022", "a mediados de junio de 2022",
                "del 15 al 17 de noviembre de 2022"]),
        ("pt", ["de 22 a 23 de fevereiro de 2022", "até 31 de março de 2022", "em meados de junho de 2022",
                "de 15 a 17 de novembro de 2022"]),
    ],
)  # fmt: skip
def test_dates_in_words(language: Language, dates: list[str]) -> None:
    steps = {step.id: step for step in find_call("phase09").step}
    assert [when(steps[name], language) for name in ("workshop", "interest", "meeting", "kickoff")] == dates


@pytest.mark.parametrize(
    ("received", "late"),
    [
        (datetime(2022, 3, 31, 21, 59, 59, tzinfo=UTC), False),
        (datetime(2022, 3, 31, 22, 0, tzinfo=UTC), True),
        (datetime.fromisoformat("2022-03-31T23:59:59+02:00"), False),
        (datetime.fromisoformat("2022-04-01T05:00:00+09:00"), False),
    ],
)
def test_late_is_after_midnight_in_berlin(received: datetime, late: bool) -> None:
    assert find_call("phase09").is_late(received) == late


def test_the_steps_that_lie_ahead_in_june() -> None:
    ahead = find_call("phase09").steps_ahead(datetime(2022, 6, 12, 9, tzinfo=UTC))
    assert [step.id for step in ahead] == ["meeting", "kickoff"]


def test_a_working_day_is_no_weekend() -> None:
    friday = datetime(2022, 3, 11, 9, tzinfo=UTC)
    assert working_days_after(friday, 3, find_call("phase09").zone).isoformat() == "2022-03-16"


def test_every_question_has_an_answer_in_every_language() -> None:
    assert {language: tuple(texts) for language, texts in find_call("phase09").faq.items()} == dict.fromkeys(
        LANGUAGES, FAQ_IDS
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("call.toml", "until = 2022-03-31", "until = 2022-03-31\non = 2022-03-30", "braucht genau eines von"),
        ("call.toml", 'id = "interest"', 'id = "intrest"', 'ein Schritt mit id = "interest" und `until` fehlt'),
        ("call.toml", 'default = ["skew", "lag21"]', 'default = ["skew", "lag22"]', "es nicht gibt: lag22"),
        ("call.toml", "to = 2022-02-23", "to = 2022-02-21", "endet, bevor er beginnt"),
        ("faq.fr.md", "## deadline:", "## dedline:", "die Frage 'dedline' ist unbekannt"),
        ("faq.en.md", "## binding:", "# binding:", "die Antwort auf 'binding' fehlt"),
    ],
)  # fmt: skip
def test_an_error_names_file_and_cause(folder: Path, file: str, old: str, new: str, message: str) -> None:
    replace(folder / file, old, new)
    with pytest.raises(CallError) as caught:
        load_call(folder)
    assert file in str(caught.value)
    assert message in str(caught.value)


def test_an_own_call_goes_before_the_shipped_one(folder: Path) -> None:
    replace(folder / "call.toml", "until = 2022-03-31", "until = 2022-04-15")
    assert find_call("phase09", (folder.parent,)).deadline.isoformat() == "2022-04-16T00:00:00+02:00"


def test_a_call_that_does_not_exist() -> None:
    with pytest.raises(CallError, match="Den Aufruf 'phase99' gibt es nicht"):
        find_call("phase99")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[line]\nnix = 'x'", "line.nix: diesen Text gibt es nicht."),
        ("[line]\nsaved = '{name}'", "line.saved: den Platzhalter {name} gibt es hier nicht; möglich: {reference}."),
        ("[line]\nsaved = 'Danke {'", "line.saved: geschweifte Klammern stehen nur um Platzhalter."),
        ("[button]\ninterest = ' '", "button.interest: der Text ist leer."),
        ("[words]\nyes = ['jo']", "den Abschnitt [words] gibt es nicht; möglich sind [line] und [button]."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_calls_own_words_for_the_chat(folder: Path, text: str, problem: str) -> None:
    path = folder / "chat.de.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError) as caught:
        load_call(folder)
    assert str(caught.value) == f"{path}: {problem}"

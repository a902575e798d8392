"""What the rules are so sure of that the voter on whole letters cannot take it away."""

from collections.abc import Callable

import pytest

from klimapartner.intents.intent import decide_intents
from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import sentences
from klimapartner.intents.vouching import vouched

Write = Callable[..., Letter]
INTEREST = "Die Stadt Jena bekundet hiermit ihr Interesse an der neunten Phase. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (INTEREST, {"interest"}),
        (INTEREST + "Bis wann müssen wir das Formular abgeben?", {"interest", "question"}),
        (INTEREST + "Eine Frage noch: Wer sitzt in der Jury?", {"interest", "question"}),
        (INTEREST + "Zwei Rückfragen hätten wir. Gibt es das auch auf Sorbisch?", {"interest", "question"}),
        (INTEREST + "One query: will there be parking?", {"interest", "question"}),
        (INTEREST + "Könnten Sie uns eine Partnerkommune vermitteln?", {"interest"}),
        (INTEREST + "Worum es gehen soll? Um Wasser.", {"interest"}),
        (INTEREST + "Eine Gegend im Süden würde passen (Chile? Argentinien?).", {"interest"}),
        ("Wer bezahlt eigentlich die Flüge?", {"question"}),
        ("Wir überlegen noch, ob wir uns bewerben.", set()),
        ("Wie in unserer Mail vom Montag: Die Stadt Jena bekundet ihr Interesse.", set()),
    ],
)
def test_plain_words_stand(text: str, expected: set[str], write: Write) -> None:
    letter = write(text)
    told = sentences(letter)
    assert vouched(decide_intents(told, letter), told) == expected

"""Topics are what a writer names for the cooperation, not what stands in an office's name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from klimapartner.intents.reading import Letter
from klimapartner.intents.sentences import sentences
from klimapartner.intents.topics import decide_topics

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "topic_sentences.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("topics", "sentence"), ROWS)
def test_sentences_in_many_voices(write: Callable[..., Letter], topics: str, sentence: str) -> None:
    assert set(decide_topics(sentences(write(sentence)), ("interest",)).topics) == set(filter(None, topics.split(",")))


@pytest.mark.parametrize(
    ("body", "topics"),
    [
        ("Unser Thema ist Wasser.", {"water"}),
        ("Inhaltlich denken wir an Klimaschutz und Radverkehr.", {"mitigation", "mobility"}),
        ("Hochwasser und Hitze machen uns zu schaffen.", {"adaptation"}),
        ("Die energetische Sanierung von Plattenbauten steht im Vordergrund.", {"building"}),
        ("Themen: Photovoltaik, Abfalltrennung, Aufforstung", {"energy", "waste", "forest_biodiversity"}),
        ("Beide Städte wollen Umweltbildung und Landwirtschaft voranbringen.", {"education", "agriculture"}),
        ("themen muelltrennung u. baeume pflanzen", {"waste", "forest_biodiversity"}),
        ("Mit Wasser und Abfall kommen Sie bei uns nicht weiter, mit Radwegen schon.", {"mobility"}),
        ("Bisher ging es um Schulen; jetzt reden wir über Aufforstung.", {"forest_biodiversity"}),
        ("Der Verein „Wasser für Kagera“ hilft uns.", set()),
        ("Der Ausschuss für Klimaschutz, Energie und Verkehr berät im Mai.", set()),
        ("Unser Klimaschutzkonzept stammt von 2019.", set()),
        ("Wir sind ein Dorf, aber mit viel Energie.", set()),
        ("We would like to work on waste management and flooding.", {"waste", "adaptation"}),
        ("Nos priorités sont le reboisement et l'eau potable.", {"forest_biodiversity", "water"}),
        ("Nos interesa la gestión del agua y el transporte público.", {"water", "mobility"}),
        ("Queremos aprender sobre resíduos e agricultura familiar.", {"waste", "agriculture"}),
    ],
)
def test_topics(write: Callable[..., Letter], body: str, topics: set[str]) -> None:
    assert set(decide_topics(sentences(write(body)), ("interest",)).topics) == topics


def test_a_list_under_its_heading(write: Callable[..., Letter]) -> None:
    letter = write("Was uns vorschwebt:\n- Wald\n- Bildung\n- Verkehr")
    assert decide_topics(sentences(letter), ("interest",)).topics == ("mobility", "forest_biodiversity", "education")


def test_signatures_name_no_topics(write: Callable[..., Letter]) -> None:
    letter = write("Wir bekunden Interesse.", signature="Viele Grüße\nIna Berger\nAbfallwirtschaft und Energie")
    assert decide_topics(sentences(letter), ("interest",)).topics == ()


def test_other_mail_has_no_topics(write: Callable[..., Letter]) -> None:
    assert decide_topics(sentences(write("Unser Thema ist Wasser.")), ("other",)).topics == ()


def test_evidence_points_at_the_word(write: Callable[..., Letter]) -> None:
    letter = write("Unsere Themen: Müll und Wälder.")
    found = decide_topics(sentences(letter), ("interest",)).evidence
    assert [letter.text[e.start : e.end] for e in found] == ["Müll", "Wälder"]

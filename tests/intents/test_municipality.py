"""A letter's German body: what decides it, what must not, and when it stays open."""

import csv
from pathlib import Path

import pytest

from klimapartner.intents.gazetteer.names import core
from klimapartner.intents.gazetteer.table import Entry, gazetteer
from klimapartner.intents.municipality import MunicipalityDecision, decide_municipality, is_signed
from klimapartner.intents.reading import Letter, Office, Part
from klimapartner.intents.sentences import sentences

OFFICE = Office(postcodes=("53113", "44339"), phones=("0228 20717-2138", "0231 936960-14"))


def decide(
    text: str, *, subject: str = "", name: str = "Kim Beispiel", addr: str = "kim@post.example"
) -> MunicipalityDecision:
    whole = f"{subject}\n{text}"
    start = len(subject) + 1
    kind = "quote" if text.startswith(">") else "body"
    parts = (Part("subject", 0, len(subject)), Part(kind, start, len(whole)))
    letter = Letter(whole, parts, name, addr)
    return decide_municipality(letter, sentences(letter), office=OFFICE)


def key(decision: MunicipalityDecision) -> str | None:
    body = decision.municipality
    return (body.ags or body.name) if body else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Stadt Hagen, 58095 Hagen, möchte teilnehmen.", "05914000"),
        ("Wir in Hagen wünschen uns einen Partner in Ghana.", None),
        ("Wir in Hagen möchten mitmachen. Tel. 02331 207-1234", "05914000"),
        ("Der Landkreis Rosenheim (nicht die Stadt) möchte dabei sein.", "09187"),
        ("Kreisverwaltung Ahrweiler, Wilhelmstraße 24, 53474 Bad Neuenahr-Ahrweiler", "07131"),
        ("Stadt Halle im Kreis Gütersloh hat Interesse.", "05754012"),
        ("Die Stadt Oldenburg (Kreis Ostholstein) hat Interesse.", "01055033"),
        ("Unsere Gemeinde Weimar im Landkreis Marburg-Biedenkopf möchte Interesse anmelden.", "06534020"),
        ("Neuenkirchen hat knapp 14.000 Einwohner. Es grüßt aus dem Münsterland die Gemeinde Neuenkirchen", "05566060"),
        ("Stadt Essen: wir machen mit.", "05113000"),
        ("Grias Gott von der Gemeinde Furth (Landkreis Landshut, ned Furth im Wald!!)!", "09274132"),
        ("Nach dem Regen will Norden vorangehen; Essen ist uns Vorbild. Stadt Norden, Klimaschutz", "03452019"),
        ("Celle möchte mitmachen.", "03351006"),
        ("Unser Wald leidet, die Welt schaut zu.", None),
        ("i. A. Jonas Weimar, Klimaschutzmanager, Stadt Zwickau", "14524330"),
        ("Ich studiere Geographie in Münster und suche ein Praktikum.", None),
        ("Meine Stadt Grünberg plant angeblich eine Reise.", None),
        ("Unsere Partnerstädte: Eschwege, Kronach, Münster. Die Stadt Mühlhausen (Unstrut-Hainich-Kreis)", "16064046"),
        ("> Friedrich-Ebert-Allee 40, 53113 Bonn - Gemeinde Nohfelden: unsere Antwort lautet Ja.", "10046114"),
        ("Die Ratsfraktion beantragt, dass die Stadt Viersen ihr Interesse bekundet.", None),
        ("Das Bezirksamt Lichtenberg von Berlin möchte mitmachen.", "11000000"),
        ("Die Samtgemeinde Hesel interessiert sich.\nRathausstraße 14, 26835 Hesel", "Samtgemeinde Hesel"),
        ("Samtgemeinde Land Hadeln: ja! Die Stadt Otterndorf tritt aber nicht eigens an.", "Samtgemeinde Land Hadeln"),
        ("Wir, die VG Hachenburg, haben noch niemanden gefunden.", "Verbandsgemeinde Hachenburg"),
        ("Der Amtsausschuss des Amtes Preetz-Land hat zugestimmt.", "Amt Preetz-Land"),
        ("We in the City of Nuremberg would like to take part.", "09564000"),
        ("La ville de Sarrebruck souhaite participer.", "10041100"),
        ("Hallo nach Bonn, wir in Königs Wusterhausen sind dabei.", "12061260"),
        ("Aachener Str. 5, 44795 Bochum. Die Stadt Bochum bekundet Interesse.", "05911000"),
        ("Gemeinde Rom bei Parchim hat Interesse.", "13076120"),
        ("gemeinde bollewick will mitmachen", "13071013"),
        ("Wir sind keine Kommune, nur ein Verein.", None),
        ("Miltenberg (Landkreis) möchte mitmachen", "09676"),
        ("Nach dem Vorbild der Stadt Jena möchte die Gemeinde Ascha teilnehmen.", "09278116"),
        ("Gemeint ist nicht Landau in der Pfalz, sondern Landau an der Isar.", "09279122"),
        ("Wir, der Märkische Kreis mit Sitz in Lüdenscheid, bekunden Interesse.", "05962"),
        ("Gemeinde Münster bei Dieburg", "06432015"),
        ("Die Stadt Postdam hat Interesse.", "12054000"),
        ("Sank Augustin möchte teilnehmen.", "05382056"),
        ("Nassau auf den Bahamas wäre schön.", None),
        ("Moin, Norderstedt hier. Wir möchten mit Ghana arbeiten, Hamburg ist ja nebenan.", "01060063"),
        ("Wir möchten als Verein wissen, ob die Stadt Aachen schon mitmacht.", None),
    ],
)
def test_municipality(text: str, expected: str | None) -> None:
    assert key(decide(text)) == expected


def test_header_alone() -> None:
    assert (
        key(decide("anbei unser Schreiben", name="Stadt Celle, Umwelt", addr="umwelt@celle-stadt.example"))
        == "03351006"
    )
    assert key(decide("anbei unser Schreiben", name="Jonas Weimar", addr="jonas.weimar@post.example")) is None


def test_domain_tells_namesakes_apart() -> None:
    decision = decide("Die Stadt Halle ist dabei.", addr="rieke.x@hallewestfalen-rathaus.example")
    assert key(decision) == "05754012"


def test_namesakes_are_all_listed() -> None:
    decision = decide("Wir in Hagen wünschen uns einen Partner.")
    assert {c.ags for c in decision.candidates} == {"05914000", "03352060", "01060031", "03459020"}
    assert {c.county for c in decision.candidates if c.ags == "01060031"} == {"Kreis Segeberg"}


def test_bezirk_is_named_beside_its_city() -> None:
    body = decide("Das Bezirksamt Lichtenberg von Berlin möchte mitmachen.").municipality
    assert body and (body.name, body.ags, body.sub_body) == ("Berlin", "11000000", "Bezirk Lichtenberg")


@pytest.mark.parametrize(
    ("text", "expected", "co"),
    [
        (
            "Die Stadt Lohmar und die Gemeinde Much möchten gemeinsam teilnehmen. Lohmar führt.",
            "05382028",
            ["05382036"],
        ),
        ("Die Stadt Eberswalde bewirbt sich gemeinsam mit dem Landkreis Barnim.", "12060052", ["12060"]),
        (
            "Die Stadt Ravensburg ist informiert, beteiligt sich nicht. Der Landkreis Ravensburg möchte mitmachen.",
            "08436",
            [],
        ),
        ("Die Gemeinde Trebur möchte mitmachen wie die Stadt Siegburg.", "06433014", []),
        ("Stadt und Landkreis Landshut bewerben sich gemeinsam.", "09274", ["09261000"]),
        ("Die Städte Lüneburg und Kulmbach möchten gemeinsam teilnehmen.", "03355022", ["09477128"]),
    ],
)
def test_bodies_that_take_part_together(text: str, expected: str, co: list[str]) -> None:
    decision = decide(text)
    assert (key(decision), [body.ags for body in decision.co]) == (expected, co)


def test_evidence_points_at_the_name() -> None:
    text = "Die Stadt Celle möchte mitmachen."
    (evidence,) = decide(text).evidence
    assert (evidence.field, evidence.value, f"\n{text}"[evidence.start : evidence.end]) == (
        "municipality",
        "03351006",
        "Celle",
    )


def towns() -> list[Entry]:
    return [body for body in gazetteer().bodies if body.is_town and not body.valid_to]


def kind_word(body: Entry) -> str:
    return {"kreisfreie Stadt": "Stadt"}.get(body.kind, body.kind)


TWINS = {"Hamfelde", "Köthel", "St. Johann", "Sankt Johann"}  # neighbours of one name, or one name in two spellings


def test_every_municipality_with_its_postcode_is_found() -> None:
    asked = [b for b in towns()[::7] if b.name not in TWINS]
    wrong = [
        b.key for b in asked if key(decide(f"Die {kind_word(b)} {b.name}, {b.postcode}, möchte teilnehmen.")) != b.key
    ]
    assert wrong == []


def test_no_shared_name_is_ever_guessed() -> None:
    names = [body.name for body in towns()]
    shared = sorted({body.name for body in towns() if names.count(body.name) > 1 and body.name not in TWINS})
    guessed = [name for name in shared if key(decide(f"Wir in {name} wünschen uns einen Partner in Ghana."))]
    assert guessed == []


def test_every_county_is_found_and_never_its_seat() -> None:
    counties = [body for body in gazetteer().bodies if body.is_county]
    wrong = [b.key for b in counties if key(decide(f"{b.name}\nAm Markt 1\n{b.seat}\nwir haben Interesse")) != b.key]
    assert wrong == []


def test_every_association_is_found_and_never_a_member() -> None:
    kinds = ("Verbandsgemeinde", "Samtgemeinde")
    bodies = [body for body in gazetteer().bodies if body.kind in kinds]
    wrong = [
        b.name for b in bodies if key(decide(f"Die {b.name} bekundet Interesse.\n{core(b.seat).title()}")) != b.name
    ]
    assert wrong == []


@pytest.mark.shared
def test_place_traps(shared: Path) -> None:
    with (shared / "gold" / "place_traps.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    wrong = [row["text_snippet"] for row in rows if trap_key(row) != (key_of(decide(row["text_snippet"])))]
    assert wrong == []


def trap_key(row: dict[str, str]) -> str | None:
    open_ = row["expected_municipality"] in ("ambiguous", "none")
    return row["expected_ags"] if row["expected_ags"].isdigit() and not open_ else None


def key_of(decision: MunicipalityDecision) -> str | None:
    return decision.municipality.ags if decision.municipality else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir reinigen Dächer, zuletzt für die Stadt Neuss.", False),
        ("Wann wird der Müll geholt?\n\nMit freundlichen Grüßen\nKarin Ott\nStadt Neuss\nMarkt 2\n41460 Neuss", True),
    ],
)
def test_a_town_is_signed_for_or_only_told_of(text: str, expected: bool) -> None:
    assert is_signed(decide(text)) == expected

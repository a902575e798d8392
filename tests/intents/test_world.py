"""Countries, regions and places of the world as texts write them."""

import pytest

from klimapartner.intents.world import candidates, earlier, earlier_country, find, region_of, surest


def found(text: str, *kinds: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[m.start : m.end], m.countries) for m in find(text) if m.kind in kinds]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Elfenbeinküste", "CI"),
        ("an der Elfenbeinkueste", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Costa de Marfil", "CI"),
        ("Kap Verde", "CV"),
        ("auf den Kapverden", "CV"),
        ("Swasiland", "SZ"),
        ("DR Kongo", "CD"),
        ("in der Demokratischen Republik Kongo", "CD"),
        ("RDC", "CD"),
        ("Republik Kongo", "CG"),
        ("Niger", "NE"),
        ("Nigerias", "NG"),
        ("Guinea-Bissau", "GW"),
        ("Äquatorialguinea", "GQ"),
        ("Papua-Neuguinea", "PG"),
        ("Ruandas", "RW"),
        ("in der Dominikanischen Republik", "DO"),
        ("Pérou", "PE"),
        ("Moçambique", "MZ"),
        ("costa-ricanischen", "CR"),
        ("ivorische", "CI"),
        ("ghanaischer", "GH"),
        ("sénégalaises", "SN"),
        ("peruanas", "PE"),
        ("moçambicanos", "MZ"),
        ("SIMBABWE", "ZW"),
        ("in suedafrika", "ZA"),
    ],
)
def test_a_country_is_known_by_all_its_names(text: str, country: str) -> None:
    assert [countries for _, countries in found(text, "country", "demonym")] == [(country,)]


def test_kongo_alone_may_be_either() -> None:
    assert found("Kongo", "country") == [("Kongo", ("CD", "CG"))]


def test_a_longer_name_hides_the_country_in_it() -> None:
    assert found("Villa El Salvador", "country", "place") == [("Villa El Salvador", candidates_of("Villa El Salvador"))]


def candidates_of(name: str) -> tuple[str, ...]:
    return tuple(candidates(name))


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Westafrika", "africa"),
        ("Subsahara-Afrika", "africa"),
        ("im Sahel", "africa"),
        ("am Golf von Guinea", "africa"),
        ("Afirka", "africa"),
        ("Mittelamerika", "latin_america"),
        ("Mittel- oder Südamerika", "latin_america"),
        ("in der Karibik", "latin_america"),
        ("Amazonien", "latin_america"),
        ("Amérique latine", "latin_america"),
        ("lateinamerikanischen", "latin_america"),
        ("Südostasien", "other"),
        ("im Globalen Süden", None),
    ],
)
def test_words_for_regions(text: str, region: str | None) -> None:
    assert [m.region for m in find(text) if m.kind == "region"] == [region]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Kapstadt", "ZA"),
        ("Daressalam", "TZ"),
        ("Sansibar-Stadt", "TZ"),
        ("Mexiko-Stadt", "MX"),
        ("Gitega", "BI"),
        ("KaMubukwana", "MZ"),
        ("Baringo", "KE"),
        ("San Carlos", None),
        ("Georgetown", None),
    ],
)
def test_a_place_has_a_country_of_its_own_only_when_it_is_beyond_doubt(name: str, country: str | None) -> None:
    assert surest(name) == country


def test_earlier_partnerships_settle_a_contested_name_for_their_german_body_only() -> None:
    assert earlier_country("09564000", "San Carlos") == "NI"
    assert earlier_country("07338", "San Carlos") == "CR"
    assert earlier_country("05315000", "San Carlos") is None
    assert earlier_country(None, "San Carlos") is None


def test_every_earlier_partnership_has_a_country() -> None:
    assert {country for country in earlier().values() if len(country) != 2} == set()


@pytest.mark.parametrize(
    ("country", "region"),
    [("TN", "africa"), ("JM", "latin_america"), ("MX", "latin_america"), ("NP", "other"), ("US", "other")],
)
def test_north_africa_is_africa_and_the_caribbean_latin_america(country: str, region: str) -> None:
    assert region_of(country) == region


def test_words_in_small_letters_are_no_countries_of_the_rest_of_the_world() -> None:
    assert find("a small island and a turkey") == ()


@pytest.mark.parametrize(
    ("name", "country"),
    [("Kiryandongo", "UG"), ("Effutu", "GH"), ("uMlalazi", "ZA"), ("Coronie", "SR"), ("Huamanga", "PE")],
)
def test_districts_without_a_town_of_their_name_are_listed(name: str, country: str) -> None:
    assert surest(name) == country


def test_the_spanish_word_for_a_wish_is_no_country() -> None:
    assert found("tenemos gana de participar", "country") == []

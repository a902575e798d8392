"""Alert rules and dashboard name only figures that there are, and every figure is named by the convention."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.console.signing_in import FAILED
from klimapartner.assistant.metrics import _SIGN_INS, REGISTRY, OfficeFigures
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.accesses import SIGNED_IN
from klimapartner.storage.engine import open_database

ROOT = Path(__file__).parents[2]
UNITS = ("_seconds", "_bytes", "_total", "_info")
EXPRESSIONS = re.compile(r"klimapartner_[a-z_]+")
FILES = ["deploy/prometheus-rules.yml", "deploy/grafana-dashboard.json"]


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workplace]:
    """An empty office."""
    settings = make_settings({"database": f"sqlite:///{tmp_path}/office.db"}, where="test", base=tmp_path)
    with open_workplace(settings, clock_from(None)) as opened:
        yield opened


@pytest.fixture
def families(work: Workplace) -> dict[str, str]:
    """The names under which figures are served, with what kind they are."""
    registry = CollectorRegistry()
    registry.register(OfficeFigures(work))
    text = (generate_latest(registry) + generate_latest(REGISTRY)).decode()
    found = [one for one in text_string_to_metric_families(text) if not one.name.endswith("_created")]
    return {f"{one.name}_total" if one.type == "counter" else one.name: one.type for one in found}


def test_names(families: dict[str, str]) -> None:
    wrong = [name for name in families if not re.fullmatch(r"klimapartner_[a-z]+(_[a-z]+)*", name)]
    assert wrong == []
    assert {name for name, kind in families.items() if kind == "counter"} == {"klimapartner_failures_total"}
    named = {unit: sorted(name for name in families if name.endswith(unit)) for unit in UNITS}
    assert named == {
        "_seconds": [
            "klimapartner_bot_heard_timestamp_seconds",
            "klimapartner_last_poll_timestamp_seconds",
            "klimapartner_queue_oldest_seconds",
            "klimapartner_secret_expiry_timestamp_seconds",
        ],
        "_bytes": ["klimapartner_disk_free_bytes"],
        "_total": ["klimapartner_failures_total"],
        "_info": ["klimapartner_build_info"],
    }


@pytest.mark.parametrize("file", FILES)
def test_every_figure_that_is_named_exists(families: dict[str, str], file: str) -> None:
    named = set(EXPRESSIONS.findall((ROOT / file).read_text(encoding="utf-8")))
    assert named - set(families) == set()
    assert len(named) >= 10


def test_every_figure_but_the_version_is_on_the_dashboard_or_in_a_rule(families: dict[str, str]) -> None:
    named = {name for file in FILES for name in EXPRESSIONS.findall((ROOT / file).read_text(encoding="utf-8"))}
    assert set(families) - named == {"klimapartner_build_info"}


def test_the_dashboard_has_panels_that_do_not_overlap() -> None:
    panels = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len({panel["id"] for panel in panels}) == len(set(places)) == len(panels)


def test_every_rule_says_what_to_do() -> None:
    (group,) = yaml.safe_load((ROOT / FILES[0]).read_text(encoding="utf-8"))["groups"]
    incomplete = [
        rule["alert"]
        for rule in group["rules"]
        if set(rule["annotations"]) != {"summary", "action"} or not rule["labels"]["severity"] or not rule["expr"]
    ]
    assert (incomplete, len({rule["alert"] for rule in group["rules"]})) == ([], len(group["rules"]))


def test_sign_ins_are_counted_by_what_the_console_writes_down() -> None:
    assert {"in": SIGNED_IN, "failed": FAILED} == _SIGN_INS


def test_where_the_database_is_away_the_rest_is_told(work: Workplace) -> None:
    nowhere = Workplace(work.settings, work.clock, open_database("postgresql://office@127.0.0.1:1/office"))
    registry = CollectorRegistry()
    registry.register(OfficeFigures(nowhere))
    assert registry.get_sample_value("klimapartner_database_up") == 0
    assert registry.get_sample_value("klimapartner_messages", {"state": "done"}) is None

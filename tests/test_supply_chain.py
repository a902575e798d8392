"""What is shipped with us: each dependency is used and explained, licensed so that it may be, and listed in a bill."""

import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "tools"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Used without an import of ours: by whom.
BY_OTHERS = {
    "cryptography": "pypdf, for PDF files that are locked against printing",
    "cssselect": "lxml, for selectors in tests of pages",
    "import-linter": "make check",
    "psycopg": "SQLAlchemy, by the URL of the database",
    "python-multipart": "FastAPI, for forms",
    "tzdata": "zoneinfo, on machines without time zones",
    "mypy": "make check",
    "ruff": "make check",
    "pip-audit": "make audit",
    "pytest-asyncio": "pytest, by asyncio_mode",
    "pytest-xdist": "make, by -n",
    "setuptools": "pip, to build the project",
    "types-defusedxml": "mypy",
}


def names_of(requirements: list[str]) -> list[str]:
    return [canonicalize_name(Requirement(one).name) for one in requirements]


def imported() -> set[str]:
    """The top-level modules that any file of ours imports."""
    pattern = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_][A-Za-z0-9_]*)", re.MULTILINE)
    folders = ("assistant", "intents", "mailbox", "storage", "tests")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return {name for file in files for name in pattern.findall(file.read_text(encoding="utf-8"))}


def used() -> set[str]:
    """The distributions that these modules come from."""
    owners = packages_distributions()
    return {canonicalize_name(owner) for name in imported() for owner in owners.get(name, ())}


EXTRAS = PROJECT["optional-dependencies"]


@pytest.mark.parametrize("kind", ["", *EXTRAS])
def test_every_dependency_is_used(kind: str) -> None:
    wanted = names_of(EXTRAS[kind] if kind else PROJECT["dependencies"])
    here = [name for name in wanted if not _is_missing(name)]
    assert [name for name in here if name not in used() and name not in BY_OTHERS] == []


def _is_missing(name: str) -> bool:
    """Extras that are only for building the data may not be installed."""
    try:
        Distribution.from_name(name)
    except ModuleNotFoundError:
        return True
    return False


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("### Why each dependency")[2].partition("\nSources and licences")[0]
    told = {canonicalize_name(name.split(" (")[0].strip()) for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
            for name in row.split(",")}  # fmt: skip
    wanted = names_of(PROJECT["dependencies"]) + names_of(EXTRAS["demo"]) + names_of(EXTRAS["postgres"])
    assert [name for name in wanted if name not in told] == []


def test_nothing_that_is_shipped_is_under_the_gpl_alone() -> None:
    from licences import licences

    found = licences()
    assert len(found) > 50
    assert [f"{one.package}: {one.text}" for one in found if not one.usable] == []


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("GNU Affero General Public License v3", False),
        ("LGPL-3.0-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-2.0-or-later OR MIT", True),
        ("GNU General Public License v2 (GPLv2); MIT License", True),
        ("", False),
    ],
)
def test_licences_told_apart(text: str, usable: bool) -> None:
    from licences import Licence

    assert Licence("x", "1", text).usable is usable


def test_the_bill_of_materials_is_valid_and_complete() -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from locked import locked
    from sbom import sbom

    text = sbom()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    data = json.loads(text)
    listed = {(one["name"], one["version"]) for one in data["components"]}
    assert listed == {(one.name, one.version) for one in locked("requirements.lock")}
    assert [one["name"] for one in data["components"] if not one["hashes"] or not one["licenses"]] == []


def report(*packages: tuple[str, list[str], str]) -> str:
    found = [
        {"name": name, "skip_reason": skipped} if skipped else
        {"name": name, "version": "1", "vulns": [{"id": bug} for bug in bugs]}
        for name, bugs, skipped in packages
    ]  # fmt: skip
    return json.dumps({"dependencies": found})


@pytest.mark.parametrize(
    ("text", "said", "line", "vulnerable"),
    [
        (report(("a", [], ""), ("b", [], "")), "", "AUDITED lock: 2 packages, no known vulnerability", False),
        (report(("a", ["PYSEC-1"], ""), ("b", [], "")), "", "VULNERABLE lock\na 1: PYSEC-1", True),
        (
            report(("a", [], "not found"), ("b", [], "")),
            "",
            "NOT AUDITED lock: 1 of 2 packages were skipped (a …)",
            False,
        ),
        (report(("a", [], "")), "", "NOT AUDITED lock: 1 of 2 packages were skipped (b …)", False),
        (None, "no route to host", "NOT AUDITED lock: no route to host", False),
        (None, "", "NOT AUDITED lock: pip-audit wrote no report", False),
    ],
)
def test_what_was_not_looked_at_is_never_called_clean(text: str | None, said: str, line: str, vulnerable: bool) -> None:
    from audit import Verdict, verdict_of

    assert verdict_of("lock", {"a", "b"}, text, said) == Verdict(line, vulnerable)

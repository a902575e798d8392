"""Known vulnerabilities of what is locked, by pip-audit --strict; says NOT AUDITED where the service was not reached.

Without --strict pip-audit skips every package that it cannot ask about and then says that no vulnerability is known.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from locked import ROOT, locked

LOCKS = ("requirements.lock", "requirements-dev.lock")


@dataclass(frozen=True)
class Verdict:
    """One line, and whether a vulnerability is known."""

    line: str
    vulnerable: bool = False


def verdict_of(lock: str, wanted: set[str], report: str | None, said: str) -> Verdict:
    """What a run of pip-audit means; `report` is its JSON, None where it wrote none, `said` its last words."""
    if report is None:
        return Verdict(f"NOT AUDITED {lock}: {said or 'pip-audit wrote no report'}")
    found = {one["name"].lower(): one for one in json.loads(report)["dependencies"]}
    if known := [
        f"{name} {one['version']}: {bug['id']}" for name, one in found.items() for bug in one.get("vulns", ())
    ]:
        return Verdict("\n".join([f"VULNERABLE {lock}", *known]), vulnerable=True)
    left_out = sorted(name for name in wanted if name not in found or found[name].get("skip_reason"))
    if left_out:
        return Verdict(f"NOT AUDITED {lock}: {len(left_out)} of {len(wanted)} packages were skipped ({left_out[0]} …)")
    return Verdict(f"AUDITED {lock}: {len(wanted)} packages, no known vulnerability")


def audit(lock: str) -> Verdict:
    """Ask about every package of a lock file."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            Path(sys.executable).parent / "pip-audit", "--strict", "--disable-pip", "--require-hashes",
            "--format", "json", "--output", report, "--progress-spinner", "off",
            "--timeout", "20", "--requirement", ROOT / lock,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        text = report.read_text(encoding="utf-8") if report.exists() else None
    last = next(reversed(done.stderr.strip().splitlines()), "")
    return verdict_of(lock, {one.name.lower() for one in locked(lock)}, text or None, last[-200:])


def main() -> int:
    """Print one verdict a lock file; ends with 1 where a vulnerability is known."""
    verdicts = [audit(lock) for lock in LOCKS]
    sys.stdout.write("".join(f"{one.line}\n" for one in verdicts))
    return 1 if any(one.vulnerable for one in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())

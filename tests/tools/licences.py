"""Under which licence is everything that is shipped with us? Ends with 1 where one is GPL only, or says nothing."""

import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, metadata

from locked import locked

LOCK = "requirements.lock"
_GPL = re.compile(r"(?<![L\w])A?GPL|(?<!Lesser )(?<!Library )GNU (Affero )?General Public", re.IGNORECASE)
# Said by the package itself, but not in its metadata.
KNOWN = {"imapclient": "BSD-3-Clause"}  # its file COPYING


@dataclass(frozen=True)
class Licence:
    """What a package says about itself: an SPDX expression, a classifier or its own words."""

    package: str
    version: str
    text: str

    @property
    def usable(self) -> bool:
        """Something is said, and it is not the GPL or AGPL alone: LGPL and a choice beside GPL are usable."""
        choices = re.split(r"\s+OR\s+|\s*;\s*", self.text)
        return bool(self.text) and any(not _GPL.search(choice) for choice in choices)


def licence_of(found: PackageMetadata, package: str, version: str) -> Licence:
    """The licence by PEP 639, else by classifiers, else by the first line of the old field."""
    classified = [
        line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or () if line.startswith("License ::")
    ]
    said = [line for line in classified if line != "OSI Approved"]
    text = found.get("License-Expression") or "; ".join(said) or (found.get("License") or "").strip().partition("\n")[0]
    return Licence(package, version, text or KNOWN.get(package, ""))


def licences(lock: str = LOCK) -> list[Licence]:
    """The licences of what a lock file pins and what is installed here."""
    return [licence_of(metadata(one.name), one.name, one.version) for one in locked(lock)]


def main() -> int:
    """Print the report."""
    found = licences()
    for one in found:
        mark = "" if one.usable else "   <-- GPL only or unknown"
        sys.stdout.write(f"{one.package:32} {one.version:16} {one.text[:80]}{mark}\n")
    wrong = [one for one in found if not one.usable]
    sys.stdout.write(f"{len(found)} packages, {len(wrong)} that cannot be shipped\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

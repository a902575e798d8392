"""The software bill of materials: what requirements.lock pins, as CycloneDX 1.6 JSON with hashes and licences."""

import sys
from importlib.metadata import version
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from licences import LOCK, licences
from locked import Locked, locked
from packageurl import PackageURL


def sbom() -> str:
    """The bill as JSON; the hash of a component is that of the first of its locked files."""
    said = {one.package: one.text for one in licences()}
    bom = Bom(components=[_component(one, said[one.name]) for one in locked(LOCK)])
    bom.metadata.component = Component(
        type=ComponentType.APPLICATION, name="klimapartner", version=version("klimapartner"), bom_ref="klimapartner",
        licenses=[DisjunctiveLicense(id="EUPL-1.2")],
    )  # fmt: skip
    bom.register_dependency(bom.metadata.component, list(bom.components))
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(one: Locked, licence: str) -> Component:
    url = PackageURL("pypi", name=one.name, version=one.version)
    return Component(
        type=ComponentType.LIBRARY, name=one.name, version=one.version, purl=url, bom_ref=str(url),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one.hashes[0])],
        licenses=[DisjunctiveLicense(name=licence)],
    )  # fmt: skip


def main() -> int:
    """Write the bill to the file that is named, or to standard output."""
    text = sbom() + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

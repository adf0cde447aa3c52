"""The software behind a release, as a CycloneDX bill of materials."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL


def bill_of_materials(
    name: str, version: str, libraries: Mapping[str, tuple[str, tuple[str, ...]]], day: date
) -> str:
    """Return a bill of materials as JSON; the same software and day give the same text.

    Parameters
    ----------
    name, version
        The program.
    libraries
        Distribution -> (version, distributions that it needs); the program among them.
    day
        Day that it states.
    """
    parts = {
        one: Component(
            name=one,
            version=number,
            type=ComponentType.APPLICATION if one == name else ComponentType.LIBRARY,
            bom_ref=f"{one}=={number}",
            purl=PackageURL("pypi", name=re.sub("[-_.]+", "-", one).lower(), version=number),
        )
        for one, (number, _) in libraries.items()
    }
    listed = "\n".join(str(part.bom_ref) for part in parts.values())
    bom = Bom(
        components=[part for one, part in parts.items() if one != name],
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{name}=={version}\n{day}\n{listed}"),
    )
    bom.metadata.timestamp = datetime.combine(day, time(), UTC)
    bom.metadata.component = parts[name]
    for one, (_, needed) in libraries.items():
        bom.register_dependency(parts[one], [parts[each] for each in needed])
    writer = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return writer.output_as_string(indent=1) + "\n"

"""The commands that release results to others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridors.cli.options import chosen_herds, config_option, herd_option, load_study

if TYPE_CHECKING:
    from corridors.stages.download.stage import TierName

_out = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder for the files."
)
_day = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Date of the release.  [default: today]",
)


@click.group()
def release() -> None:
    """Write a release for others from up-to-date results."""


@release.command()
@_out
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=None,
    metavar="EARLIER",
    help="Folder of an earlier release, to which the new features are added.",
)
@_day
@config_option
@herd_option
def gium(
    out: Path,
    into: Path | None,
    day: datetime | None,
    config: Path | None,
    herd: tuple[str, ...],
) -> None:
    """Write the layers of the Global Atlas of Ungulate Migration, and a QA table.

    All or nothing: no file is overwritten, and none is left where a check fails. Needs up-to-date
    results of `corridors run`.
    """
    from corridors.cli import views
    from corridors.run.release import Request, release_gium

    study = load_study(config)
    request = Request(
        herds=chosen_herds(study, herd),
        is_chosen=bool(herd),
        out=out,
        into=into,
        day=(day or _now()).date(),
    )
    with views.Screen() as screen:
        done = release_gium(study, request, screen.progress("release", "gium"))
    for row in done.told:
        if row.status == "warn":
            click.echo(f"look at: {row.section}: {row.check}: {row.value} {row.details}".rstrip())
    for path in done.paths:
        click.echo(str(path))
    click.echo(f"release of {request.day.isoformat()}{'' if day else ' (today)'}")


@release.command()
@_out
@click.option(
    "--tier",
    type=click.Choice(["internal", "partner", "public"]),
    default="public",
    show_default=True,
    help="For whom: public is generalised to cells, partner leaves out what few animals gave.",
)
@click.option(
    "--after",
    type=click.Path(path_type=Path),
    default=None,
    metavar="EARLIER",
    help="Folder of the earlier release of this tier: a herd stays as it shows it where the two "
    "would give away by their difference who came or went.",
)
@_day
@config_option
@herd_option
def download(
    out: Path,
    tier: TierName,
    after: Path | None,
    day: datetime | None,
    config: Path | None,
    herd: tuple[str, ...],
) -> None:
    """Write a folder per herd to download: shapefiles, GeoPackage, GeoParquet, metadata.

    All or nothing, into a folder that is not there yet. Needs up-to-date results of
    `corridors run`.
    """
    from corridors.cli import views
    from corridors.run.download import Request, release_download

    study = load_study(config)
    request = Request(
        herds=chosen_herds(study, herd),
        is_chosen=bool(herd),
        out=out,
        tier=tier,
        after=after,
        day=(day or _now()).date(),
    )
    with views.Screen() as screen:
        done = release_download(study, request, screen.progress("release", "download"))
    for name, until in done.held.items():
        click.echo(f"look at: herd {name}: embargo: left out until {until}")
    for name in done.nothing:
        click.echo(f"look at: herd {name}: nothing to show in the tier {tier}")
    for name in done.kept:
        click.echo(f"look at: herd {name}: as in {after}: too few animals came or went")
    for name in done.herds:
        click.echo(str(out / name))
    click.echo(f"tier {tier}, release of {request.day.isoformat()}{'' if day else ' (today)'}")


@release.command()
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder: Path) -> None:
    """Check that FOLDER holds what `corridors release download` wrote, byte by byte."""
    from corridors.formats.checksums import verified

    click.echo(f"{verified(folder)} files as they were released")


@release.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "address",
    required=True,
    metavar="URL",
    help="postgresql://user@host:port/database; the password is taken from PGPASSWORD.",
)
def postgis(folder: Path, address: str) -> None:
    """Write a release in FOLDER into PostGIS, all or nothing, with styles for QGIS.

    Once more it replaces itself; earlier releases stay as views of their day.
    """
    from corridors.run.postgis import publish_release

    for view in publish_release(folder, address):
        click.echo(view)


def _now() -> datetime:
    """Return the present: the one place where the clock counts, for the day of a release."""
    return datetime.now().astimezone()

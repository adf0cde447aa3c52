"""A release in PostGIS: whole or not there, as often as it is written; old ones stay as views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

import geopandas as gpd
import psycopg
import shapely
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from corridors.foundation.errors import ConfigError, Fault, OutputError

SCHEMA = "corridors"
GEOMETRY_COLUMN = "geom"
_LOCK = 7304551  # any number: two programs that publish wait for each other
_RELEASES: LiteralString = """
CREATE TABLE IF NOT EXISTS {schema}.releases (
  release text PRIMARY KEY, study text NOT NULL, tier text NOT NULL, day date NOT NULL,
  checksum text NOT NULL)
"""
# As QGIS makes it, which looks for styles there.
_STYLES: LiteralString = """
CREATE TABLE IF NOT EXISTS public.layer_styles (
  id serial PRIMARY KEY, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar,
  f_geometry_column varchar, stylename text, styleqml xml, stylesld xml, useasdefault boolean,
  description text, owner varchar(63), ui xml,
  update_time timestamp without time zone DEFAULT CURRENT_TIMESTAMP, type varchar)
"""
_LATEST: LiteralString = """
SELECT {columns} FROM {table} WHERE release IN (
  SELECT DISTINCT ON (study) release FROM {schema}.releases WHERE tier = {tier}
  ORDER BY study, day DESC)
"""
_OF_DAY: LiteralString = """
SELECT {columns} FROM {table} WHERE release IN (
  SELECT release FROM {schema}.releases WHERE tier = {tier} AND day = {day})
"""


@dataclass(frozen=True)
class DatabaseLayer:
    """A layer that is published.

    Parameters
    ----------
    name, description
        Of the layer.
    frame
        Rows in EPSG:4326, in the order in which they are numbered.
    meanings
        Column -> what it means.
    qml
        QGIS style.
    """

    name: str
    description: str
    frame: gpd.GeoDataFrame
    meanings: Mapping[str, str]
    qml: str


@dataclass(frozen=True)
class DatabaseRelease:
    """A release that is published: study, tier, day, and the digest of its checksums."""

    study: str
    tier: str
    day: date
    checksum: str
    layers: Sequence[DatabaseLayer]

    @property
    def key(self) -> str:
        """Its name among all releases."""
        return f"{self.study} {self.tier} {self.day.isoformat()}"


def publish(address: str, release: DatabaseRelease) -> list[str]:
    """Write a release in one transaction and return the views of it.

    Parameters
    ----------
    address
        ``postgresql://user@host:port/database``, without a password: libpq takes that from
        PGPASSWORD or its password file.
    release
        What is written; what the database has of the same name is replaced.

    Raises
    ------
    ConfigError
        The address holds a password, or is none.
    OutputError
        The database cannot be reached or written to, or has no PostGIS.
    """
    _refuse_password(address)
    try:
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL client_min_messages = warning")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            return _published(cursor, release)
    except psycopg.Error as error:
        raise OutputError(
            Fault(
                "the release cannot be written to the database",
                got=str(error).strip().splitlines()[0],
                expected="a PostgreSQL with the extension postgis, and the right to create in it",
                cure="correct --to; the password is taken from PGPASSWORD",
            )
        ) from None


def _refuse_password(address: str) -> None:
    try:
        parts = conninfo_to_dict(address)
    except psycopg.Error:
        parts = {"password": "?"}  # it may hold one, so it is not repeated
    if parts.get("password"):
        raise ConfigError(
            Fault(
                "the address of the database holds a password, or cannot be understood",
                column="--to",
                expected="postgresql://user@host:port/database",
                cure="leave the password out; it is taken from PGPASSWORD or ~/.pgpass",
            )
        )


def _published(cursor: psycopg.Cursor, release: DatabaseRelease) -> list[str]:
    schema = sql.Identifier(SCHEMA)
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
    cursor.execute(sql.SQL(_RELEASES).format(schema=schema))
    cursor.execute(_STYLES)
    _forget(cursor, release.key)
    table = sql.Identifier(SCHEMA, "releases")
    cursor.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s)").format(table),
        (release.key, release.study, release.tier, release.day, release.checksum),
    )
    views = []
    for layer in release.layers:
        columns = [name for name in layer.frame.columns if name != "geometry"]
        _fill(cursor, layer, columns, release.key)
        for name in (
            f"{layer.name}_{release.tier}",
            f"{layer.name}_{release.tier}_{release.day:%Y%m%d}",
        ):
            _show(cursor, layer, columns, release, name)
            views.append(f"{SCHEMA}.{name}")
    return views


def _forget(cursor: psycopg.Cursor, release: str) -> None:
    """Delete a release, also from layers that it no longer has."""
    cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
        " AND table_name LIKE 'release%%' AND table_type = 'BASE TABLE'",
        (SCHEMA,),
    )
    for (name,) in cursor.fetchall():
        table = sql.Identifier(SCHEMA, name)
        cursor.execute(sql.SQL("DELETE FROM {} WHERE release = %s").format(table), (release,))


def _fill(
    cursor: psycopg.Cursor, layer: DatabaseLayer, columns: Sequence[str], release: str
) -> None:
    """Create the table of a layer where there is none, and write the rows of the release."""
    table = sql.Identifier(SCHEMA, f"released_{layer.name}")
    kinds = {
        name: "double precision" if layer.frame[name].dtype.kind == "f" else "text"
        for name in columns
    }
    described = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in kinds.items()
    ]
    cursor.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (release text, number integer, {}, "
            "{} geometry(Geometry, 4326) NOT NULL, PRIMARY KEY (release, number))"
        ).format(table, sql.SQL(", ").join(described), sql.Identifier(GEOMETRY_COLUMN))
    )
    for index, on in (("geom", sql.SQL("USING gist (geom)")), ("herd", sql.SQL("(herd)"))):
        name = sql.Identifier(f"released_{layer.name}_{index}")
        cursor.execute(sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} {}").format(name, table, on))
    names = [sql.Identifier(name) for name in ("release", "number", *columns, GEOMETRY_COLUMN)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(names))
    shapes = shapely.to_wkb(
        shapely.set_srid(layer.frame.geometry.to_numpy(), 4326), hex=True, include_srid=True
    )
    rows = layer.frame[list(columns)].astype(object).where(layer.frame[list(columns)].notna(), None)
    with cursor.copy(statement) as copy:
        for number, (values, shape) in enumerate(
            zip(rows.itertuples(index=False, name=None), shapes, strict=True), start=1
        ):
            copy.write_row((release, number, *values, shape))


def _show(
    cursor: psycopg.Cursor,
    layer: DatabaseLayer,
    columns: Sequence[str],
    release: DatabaseRelease,
    name: str,
) -> None:
    """Create the view of a layer: of a day where its name ends so, else of the latest release."""
    view, table = sql.Identifier(SCHEMA, name), sql.Identifier(SCHEMA, f"released_{layer.name}")
    shown = ("release", "number", *columns, GEOMETRY_COLUMN)
    text = _LATEST if name.endswith(release.tier) else _OF_DAY
    query = sql.SQL(text).format(
        columns=sql.SQL(", ").join(sql.Identifier(one) for one in shown),
        table=table,
        schema=sql.Identifier(SCHEMA),
        tier=sql.Literal(release.tier),
        day=sql.Literal(release.day.isoformat()),
    )
    cursor.execute(sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(view, query))
    told = sql.Literal(layer.description)
    cursor.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(view, told))
    for column in columns:
        if column in layer.meanings:
            at = sql.Identifier(SCHEMA, name, column)
            meaning = sql.Literal(layer.meanings[column])
            cursor.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(at, meaning))
    cursor.execute(
        "DELETE FROM public.layer_styles WHERE f_table_schema = %s AND f_table_name = %s",
        (SCHEMA, name),
    )
    cursor.execute(
        "INSERT INTO public.layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, stylename, styleqml, useasdefault, description, owner, update_time)"
        " VALUES (current_database(), %s, %s, %s, %s, XMLPARSE(DOCUMENT %s), true, %s,"
        " current_user, '2000-01-01')",
        (SCHEMA, name, GEOMETRY_COLUMN, name, layer.qml, layer.description),
    )

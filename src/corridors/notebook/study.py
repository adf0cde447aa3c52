"""A study by name: what is up to date, a run of it, and its results as tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from corridors.config import load as configuration
from corridors.formats.stored import StoredFixes, StoredLayer, StoredTable, read_facts
from corridors.foundation.artefacts import FixTable, Layer, Table
from corridors.foundation.errors import ConfigError, CorridorsError, Fault, MissingInputError
from corridors.foundation.facts import Facts
from corridors.foundation.faults import Faults, did_you_mean
from corridors.run import manifest
from corridors.run.binding import facts_class
from corridors.run.execute import execute
from corridors.run.fingerprint import Fingerprints
from corridors.run.layout import StudyLayout
from corridors.run.plan import survey
from corridors.run.report import Event, Options, Report
from corridors.run.scenario import overlay_of
from corridors.run.stopped import Stopped
from corridors.stages import registry
from corridors.stages.registry import WHOLE_STUDY, Reference

if TYPE_CHECKING:
    from corridors.run.layout import Layout, Supply
    from corridors.stages.registry import Stage, Written

# Makes one result and all that it needs.
_COMMAND = "corridors {stage} --with-upstream"
_TABLES: Mapping[object, Callable[[Path], Table | Layer | FixTable]] = {
    Table: StoredTable,
    Layer: StoredLayer,
    FixTable: StoredFixes,
}


def load(path: str | os.PathLike[str] = "config.yaml") -> LoadedStudy:
    """Load a study by its configuration file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    LoadedStudy
        What can be asked of it.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigError
        Anything in it is wrong; every fault found is in the error.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import corridors
    >>> from corridors.config.write import write_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     corridors.load(write_study(Path(folder) / "elk")).herds
    ('my-herd',)
    """
    return LoadedStudy(configuration.load(Path(path)))


@dataclass(frozen=True)
class Ran:
    """What a run did.

    Parameters
    ----------
    steps
        A row per stage and herd in the order in which they ended: ``stage``, ``herd``, ``result``
        (done, current: nothing to do, failed, skipped: something that it reads failed),
        ``seconds`` and ``message``.
    errors
        (stage, herd) -> why it failed.
    """

    steps: pd.DataFrame
    errors: Mapping[tuple[str, str], CorridorsError]

    @property
    def done(self) -> list[tuple[str, str]]:
        """(stage, herd) of what was computed."""
        return self._of("done")

    @property
    def failed(self) -> list[tuple[str, str]]:
        """(stage, herd) of what failed."""
        return self._of("failed")

    def raise_any(self) -> None:
        """Raise everything that failed as one error; without any nothing happens.

        Raises
        ------
        CorridorsError
            All faults.
        """
        faults = Faults()
        for error in self.errors.values():
            faults.add(type(error), *error.faults)
        faults.raise_any()

    def _of(self, result: str) -> list[tuple[str, str]]:
        chosen = self.steps[self.steps["result"] == result]
        return list(zip(chosen["stage"], chosen["herd"], strict=True))


class StudyResults:
    """Committed results, of a study or of a scenario over those of the study.

    Parameters
    ----------
    layout
        Where they are.
    command
        What makes them on the command line; the stage stands for ``{stage}``.
    """

    def __init__(self, layout: Layout, command: str) -> None:
        self._layout = layout
        self._command = command

    @property
    def herds(self) -> tuple[str, ...]:
        """Names of the herds, as configured."""
        return tuple(self._layout.study.config.herds)

    def table(self, name: str, herd: str | None = None) -> pd.DataFrame:
        """Return a table by name, a layer as a GeoDataFrame in EPSG:4326.

        Parameters
        ----------
        name
            ``stage.field``, such as ``rank.threats``; docs/architecture.md lists them.
        herd
            Whose; not needed where there is one herd, nor for what is of the whole study.

        Raises
        ------
        ConfigError
            There is no such table or herd.
        MissingInputError
            It has not been made; the error says what makes it.
        """
        written, supply = self._declared(name)
        stored = _TABLES.get(written.kind)
        if stored is None:
            raise ConfigError(
                Fault(
                    f"{name} is no table",
                    got=written.file,
                    cure=f'use facts("{name}")' if _is_facts(written) else f'use path("{name}")',
                )
            )
        frame: pd.DataFrame = stored(self._file(supply, herd)).read()
        return frame

    def facts(self, name: str, herd: str | None = None) -> Facts:
        """Return the facts of a stage; its attributes are described in `foundation.facts`.

        Parameters
        ----------
        name
            A stage, such as ``rank``, or ``stage.field`` where it has several facts.
        herd
            As for :meth:`table`.

        Raises
        ------
        ConfigError
            There are no such facts or there is no such herd.
        MissingInputError
            They have not been made; the error says what makes them.
        """
        reference = name if "." in name else f"{name}.facts"
        written, supply = self._declared(reference)
        if not _is_facts(written):
            raise ConfigError(Fault(f"{reference} is not facts", cure=f'use path("{reference}")'))
        model = facts_class(written.kind, reference)
        found: Facts = read_facts(self._file(supply, herd), model)
        return found

    def path(self, name: str, herd: str | None = None) -> Path:
        """Return the file of any result, such as ``delineate.population_raster``.

        Raises
        ------
        ConfigError
            There is no such result or herd.
        MissingInputError
            It has not been made; the error says what makes it.
        """
        _, supply = self._declared(name)
        return self._file(supply, herd)

    def _declared(self, name: str) -> tuple[Written, Supply]:
        """Return a result by name, and where it comes from."""
        reference = Reference.parse(name)
        known = {stage.name: stage for stage in (*registry.stages(), *self._layout.stages)}
        if reference.stage not in known:
            raise _unknown("stage", reference.stage, list(known))
        if reference.field not in known[reference.stage].results:
            fields = [f"{reference.stage}.{one}" for one in known[reference.stage].results]
            raise _unknown("result", name, fields)
        # Read as by a stage after all others.
        supply = self._layout.supply(reference, registry.stages()[-1])
        return supply.stage.results[reference.field], supply

    def _file(self, supply: Supply, herd: str | None) -> Path:
        """Return the file of a result, which is there."""
        whose = self._partition(supply.stage, herd)
        folder = self._layout.place(supply, whose)
        if manifest.read(folder) is None:
            command = self._command if supply.is_ours else _COMMAND
            of_herd = "" if whose == WHOLE_STUDY else f" --herd {whose}"
            raise MissingInputError(
                Fault(
                    f"{supply.stage.name} of {whose} has not been made",
                    file=str(folder),
                    cure=f"{command.format(stage=supply.stage.name)}"
                    f" --config {self._layout.study.path}{of_herd}",
                )
            )
        return folder / supply.file.format(**self._layout.names(whose))

    def _partition(self, stage: Stage, herd: str | None) -> str:
        """Return whose result of a stage is meant."""
        if stage.partition == "study":
            return WHOLE_STUDY
        if herd is None and len(self.herds) == 1:
            return self.herds[0]
        if herd is None:
            raise ConfigError(
                Fault("say of which herd", expected="one of: " + ", ".join(self.herds))
            )
        if herd not in self.herds:
            raise _unknown("herd", herd, self.herds)
        return herd


class LoadedStudy(StudyResults):
    """A study that was loaded: what is up to date, runs of it, and its results by name.

    It has everything that :class:`StudyResults` has.

    Parameters
    ----------
    study
        The configuration and where it came from; :func:`corridors.load` makes one.
    """

    def __init__(self, study: configuration.Study) -> None:
        super().__init__(StudyLayout(study), _COMMAND)
        self._study = study

    def __repr__(self) -> str:
        return f"LoadedStudy({str(self._study.path)!r}, herds={list(self.herds)})"

    def status(self) -> pd.DataFrame:
        """Return what is up to date: ``stage``, ``herd``, ``state`` and ``reasons``, in words.

        States: ``current``; ``stale``, it would run; ``waits`` for an earlier stage; ``blocked``,
        it cannot run.
        """
        rows = survey(Fingerprints(self._study)).values()
        return pd.DataFrame(
            [(row.stage, row.partition, row.state, "; ".join(row.reasons)) for row in rows],
            columns=["stage", "herd", "state", "reasons"],
        )

    def run(
        self,
        stages: Iterable[str] | None = None,
        herds: Iterable[str] | None = None,
        *,
        workers: int = 1,
    ) -> Ran:
        """Bring results up to date, as ``corridors run`` does: only what is stale is computed.

        Parameters
        ----------
        stages
            Names; None: all.
        herds
            Names; None: all, and what is of the whole study.
        workers
            Processes; 1: all is computed in this one.

        Returns
        -------
        Ran
            What was done and what failed. A herd that fails does not stop the others, so look at
            ``failed``, or call ``raise_any``.

        Raises
        ------
        ConfigError
            There is no such stage or herd.
        BusyError
            Another run is working on these herds.
        """
        names = self._chosen("stage", stages, registry.ORDER)
        if herds is not None and stages is None:
            names = [name for name in names if registry.get(name).partition == "herd"]
        options = Options("serial" if workers == 1 else "processes", workers)
        whose = self._chosen("herd", herds, self.herds)
        try:
            report = execute(self._study, names, whose, options, _ignore)
        except Stopped:
            raise KeyboardInterrupt from None
        return _ran(report)

    def scenario(self, name: str) -> StudyResults:
        """Return the results of a scenario, or of a ``before_after``, that has been computed.

        What it has not made anew is the study's: ``rank.threats`` is the scenario's,
        ``clean.fixes`` the study's, ``difference.difference`` the comparison.

        Raises
        ------
        ConfigError
            There is no such scenario.
        """
        return StudyResults(overlay_of(self._study, name), f"corridors scenario {name}")

    @staticmethod
    def _chosen(what: str, names: Iterable[str] | None, known: Sequence[str]) -> list[str]:
        """Return the chosen names in the order of ``known``, all where None."""
        chosen = (
            list(known) if names is None else [names] if isinstance(names, str) else list(names)
        )
        for name in chosen:
            if name not in known:
                raise _unknown(what, name, known)
        return [name for name in known if name in chosen]


def _ignore(event: Event) -> None:
    """Hear of an event; the report keeps it."""


def _ran(report: Report) -> Ran:
    ended = [one for one in report.events if one.kind in ("done", "current", "failed", "skipped")]
    return Ran(
        pd.DataFrame(
            [
                (one.stage, one.partition, one.kind, one.seconds, str(one.error or one.message))
                for one in ended
            ],
            columns=["stage", "herd", "result", "seconds", "message"],
        ),
        {(one.stage, one.partition): one.error for one in ended if one.error is not None},
    )


def _is_facts(written: Written) -> bool:
    return written.file.endswith(".json")


def _unknown(what: str, name: str, known: Sequence[str]) -> ConfigError:
    return ConfigError(
        Fault(
            f"there is no such {what}",
            expected="one of: " + ", ".join(known) if known else "none is configured",
            got=name,
            cure=did_you_mean(name, known),
        )
    )

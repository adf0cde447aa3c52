"""The commands: one per stage, and those that look at or drive all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import corridors
from corridors.cli.options import (
    Choice,
    chosen_herds,
    config_option,
    herd_option,
    json_option,
    load_study,
    running,
)
from corridors.foundation.errors import CorridorsError
from corridors.foundation.faults import nearest
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.run.plan import Row


class _Group(click.Group):
    """Commands in the order of the pipeline, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            near = nearest(args[0], self.commands)
            hint = f" Did you mean {near}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")


@click.group(
    cls=_Group,
    help="GPS tracks of migratory ungulates into corridors and ranked threats.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(corridors.__version__, prog_name="corridors")
def group() -> None:
    """Hold the commands."""


def _go(study: Study, stages: list[str], herds: list[str], choice: Choice) -> int:
    from corridors.cli import views
    from corridors.run.execute import execute
    from corridors.run.locked_layers import wait_until_free

    options = choice.options()
    wait_until_free(study, stages, herds, wait_s=options.wait_s)
    with views.Screen() as screen:
        report = execute(study, stages, herds, options, screen.hear)
    click.echo(views.report(report, as_json=choice.as_json))
    return report.exit_code


@group.command()
@click.argument("pipeline", type=click.Path(path_type=Path), required=False)
@running
def run(pipeline: Path | None, **given: Any) -> int:
    """Bring everything up to date, or what a PIPELINE file names.

    With --herd only these herds are run, and not the atlas of all herds.
    """
    choice = Choice(**given)
    stages = list(registry.ORDER)
    if pipeline is not None:
        from corridors.run.pipeline import load_pipeline

        plan = load_pipeline(pipeline)
        stages = [name for name in stages if not plan.stages or name in plan.stages]
        choice = Choice(
            config=choice.config or plan.config_path(pipeline),
            herd=choice.herd or plan.herds,
            scheduler=choice.scheduler or plan.scheduler,
            workers=choice.workers or plan.workers,
            wait=plan.wait_s if choice.wait is None else choice.wait,
            force=choice.force,
            as_json=choice.as_json,
        )
    study = load_study(choice.config)
    if choice.herd:
        stages = [name for name in stages if registry.get(name).partition == "herd"]
    return _go(study, stages, chosen_herds(study, choice.herd), choice)


@group.command()
@config_option
@herd_option
@json_option
def plan(config: Path | None, herd: tuple[str, ...], as_json: bool) -> None:
    """Say what would run, and why; run nothing."""
    from corridors.cli import views

    click.echo(views.plan(_survey(config, herd), as_json=as_json))


@group.command()
@config_option
@herd_option
@json_option
def status(config: Path | None, herd: tuple[str, ...], as_json: bool) -> None:
    """Show which results are up to date."""
    from corridors.cli import views

    click.echo(views.status(_survey(config, herd), as_json=as_json))


@group.command()
@click.argument("stage", type=click.Choice(registry.ORDER))
@config_option
@herd_option
@json_option
def why(stage: str, config: Path | None, herd: tuple[str, ...], as_json: bool) -> None:
    """Say why STAGE would run, or what its result was made from."""
    from corridors.cli import views

    rows = [row for row in _survey(config, herd) if row.stage == stage]
    click.echo(views.why(rows, as_json=as_json))


def _survey(config: Path | None, chosen: tuple[str, ...]) -> list[Row]:
    from corridors.run.fingerprint import Fingerprints
    from corridors.run.plan import survey

    study = load_study(config)
    herds = chosen_herds(study, chosen)
    rows = survey(Fingerprints(study)).values()
    shown = {*herds} if chosen else {*herds, registry.WHOLE_STUDY}
    return [row for row in rows if row.partition in shown]


@group.command()
@config_option
@herd_option
@json_option
@click.option(
    "--deep",
    is_flag=True,
    help="Also read every result and input anew: are they as when the results were made?",
)
def check(config: Path | None, herd: tuple[str, ...], as_json: bool, deep: bool) -> None:
    """Check the configuration and its input files; run nothing."""
    from corridors.cli import views
    from corridors.run.inputs import check_inputs, check_results

    study = load_study(config)
    herds = chosen_herds(study, herd)
    checked = check_inputs(study, herds)
    n_results = check_results(study, herds) if deep else None
    click.echo(views.checked(checked, study.path, n_results, as_json=as_json))


@group.command()
@config_option
@json_option
@click.option(
    "--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs."
)
def history(config: Path | None, as_json: bool, last: int) -> None:
    """Tell what earlier runs did, the latest last."""
    from corridors.cli import operations
    from corridors.run.history import history as history_of

    study = load_study(config)
    click.echo(operations.history(history_of(study.processed, last=last), as_json=as_json))


@group.command()
@config_option
@json_option
def doctor(config: Path | None, as_json: bool) -> int:
    """Look at the machine, the libraries and the study: what may keep a run from going well."""
    from corridors.cli import operations
    from corridors.run import doctor as looks

    findings = list(looks.machine())
    is_usable = all(one.verdict != "bad" for one in findings)
    if is_usable:
        findings += looks.of_study(load_study(config))
    click.echo(operations.findings(findings, as_json=as_json))
    return 66 if any(one.verdict == "bad" for one in findings) else 0


@group.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Write every key, whatever the files are.")
def init(folder: Path, files: tuple[Path, ...], full: bool) -> None:
    """Make a study FOLDER with a configuration that explains itself.

    FILES (tracks, fences, roads, rasters ...) are looked into, and the configuration is a short one
    of what they are; what they do not say is left open and named. Without FILES it has every key.
    """
    from corridors.config.write import write_study

    if full or not files:
        path = write_study(folder)
        click.echo(f"{path}: fill in herds, then `corridors check --config {path}`")
        return
    from corridors.run.first_config import first_config
    from corridors.run.first_look import look

    found = look(files)
    text, to_state = first_config(folder, found)
    path = write_study(folder, text)
    for one in found:
        click.echo(f"{one.path}: {one.role or 'not used'}: {one.title}")
    if to_state:
        click.echo(f"to state in {path}: {'; '.join(to_state)}")
    click.echo(f"then: corridors check --config {path}")


@group.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("data/raw/demo"),
    show_default=True,
    help="Folder for the files.",
)
def demo(into: Path) -> None:
    """Write the files of a simulated herd whose true corridor is known."""
    from corridors.demo.files import write_demo
    from corridors.run.manifest import writing

    with writing(into):
        write_demo(into)
    click.echo(f"{into}: simulated herd written")


@group.command()
@click.argument("layer", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--layer-name", default=None, metavar="NAME", help="Layer of the file.")
@click.option(
    "--tile-deg",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Edge of a tile, degrees.",
)
def tile(layer: Path, folder: Path, layer_name: str | None, tile_deg: float) -> None:
    """Cut a large layer of barriers into tiles, of which a study reads those near its herds.

    LAYER is any vector file; FOLDER is made, and is what `path` of the source then names.
    """
    from corridors.formats.geoparquet import tile_layer
    from corridors.run.digests import Digests
    from corridors.run.manifest import writing
    from corridors.run.references import files_of

    if layer.exists():
        files_of(layer, Digests())
    with writing(folder):
        made = tile_layer(layer, folder, layer=layer_name, tile_deg=tile_deg)
    click.echo(f"{folder}: {made['features']} features in {made['tiles']} tiles")


@group.command("compare-profiles")
@config_option
@herd_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the reports.  [default: profiles below the results]",
)
def compare_profiles(config: Path | None, herd: tuple[str, ...], out: Path | None) -> None:
    """Write what Migration Mapper's way of computing does to a herd's corridor.

    Needs up-to-date results of segment; changes none of them.
    """
    from corridors.cli import views
    from corridors.run.comparison import compare

    study = load_study(config)
    # Unless it is asked for, a herd that nobody tracked is no fault: there is nothing to compare.
    names = [name for name in chosen_herds(study, herd) if herd or study.config.herds[name].tracks]
    for name in names:
        with views.Screen() as screen:
            page = compare(study, name, out, screen.progress("compare-profiles", name))
        click.echo(str(page))


@group.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Every scenario of the configuration.")
@running
def scenario(names: tuple[str, ...], is_all: bool, **given: Any) -> int:
    """Compute what a planned line, a removal or an opening would change; change no result.

    NAME is one below scenarios or before_after in the configuration. Needs up-to-date results of
    `corridors run`.
    """
    from corridors.cli import views
    from corridors.run.scenario import run_scenario

    choice = Choice(**given)
    study = load_study(choice.config)
    known = [*study.config.scenarios, *study.config.before_after]
    if is_all == bool(names):
        raise click.UsageError(
            "Name scenarios, or give --all. In the configuration: " + (", ".join(known) or "none")
        )
    herds = chosen_herds(study, choice.herd)
    code = 0
    for name in known if is_all else dict.fromkeys(names):
        try:
            with views.Screen() as screen:
                done = run_scenario(study, name, herds, choice.options(), screen.hear)
        except CorridorsError as error:
            # One that cannot be computed does not keep the others waiting for a person.
            click.echo(str(error), err=True)
            code = code or error.exit_code
            continue
        click.echo(views.scenario(name, done, as_json=choice.as_json))
        code = code or done.report.exit_code
    return code


def _stage_command(name: str) -> click.Command:
    @click.command(name, help=registry.get(name).help)
    @click.option("--with-upstream", is_flag=True, help="First run the stages that it reads.")
    @running
    def command(with_upstream: bool, **given: Any) -> int:
        choice = Choice(**given)
        study = load_study(choice.config)
        names = registry.with_upstream([name]) if with_upstream else [name]
        return _go(study, names, chosen_herds(study, choice.herd), choice)

    return command


for _name in registry.ORDER:
    group.add_command(_stage_command(_name))

"""The command line. A file per group of commands; each imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import sys

import typer

from collector import __version__
from collector.errors import CollectorError
from collector.cli import data, feeds, setup, stages, work

app = typer.Typer(
    name="collector",
    help="Watches the news: polls feeds, keeps what matches your topics, publishes one combined feed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    work.run, work.once, setup.init, setup.check, setup.schema, feeds.add, feeds.import_, feeds.export, data.status,
    data.publish, data.backup, data.migrate, stages.parse, stages.extract, stages.match,
):  # fmt: skip
    app.command(command.__name__.rstrip("_"))(command)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        typer.echo(f"collector {__version__}")
        raise typer.Exit


def main() -> None:
    """Runs the command line. A problem that the user can solve is one plain message and exit code 2, never a traceback."""
    try:
        app()
    except CollectorError as exc:
        typer.echo(f"collector: {exc}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)

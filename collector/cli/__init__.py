"""The command line. A file per group of commands; each imports what it needs once its configuration is read, so that
help and mistakes are told at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from collector import __version__
from collector.cli import data, feeds, setup, stages, stories, topics, work
from collector.cli.options import CONFIG, DATABASE
from collector.cli.output import say, use_unicode
from collector.errors import CollectorError, ConfigError

app = typer.Typer(
    name="collector",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    work.run, work.once, setup.init, setup.check, setup.schema, feeds.add, feeds.import_, feeds.export,
    topics.plan, topics.why, data.status, data.publish, data.backup, data.migrate, data.doctor,
    stages.parse, stages.extract, stages.match, stages.group,
)  # fmt: skip

# Objects made until the garbage collector looks at the new ones. Modules, configuration and feeds stay, and with the
# usual 700 they are looked at again and again: a fifth of the CPU of polling 5,000 feeds, for no memory saved
# (tests/bench/polling.py --feeds 5000 --latency-ms 10).
YOUNG = 50_000


def _plainly(command: Callable[..., None]) -> Callable[..., None]:
    """The command, ending with a plain message where the user can help it: never with a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except ConfigError as exc:  # its lines begin with file:line:column, which editors and terminals follow
            say(str(exc))
        except CollectorError as exc:
            say(f"collector: {exc}")
        except BrokenPipeError:
            _stop_printing()
            return
        except OSError as exc:
            say(f"collector: {exc.filename or 'cannot go on'}: {exc.strerror or exc}")
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        else:
            return
        raise typer.Exit(2)

    return run


for command in COMMANDS:
    app.command(command.__name__.rstrip("_"))(_plainly(command))

_story = typer.Typer(
    name="story", no_args_is_help=True, rich_markup_mode=None, help="See a story, and put right what belongs to it."
)
for name, command in stories.COMMANDS.items():
    _story.command(name)(_plainly(command))
app.add_typer(_story)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The configuration file, for every command.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="PATH-OR-URL", help="The database, for every command.")
    ] = None,
) -> None:
    """Watches the news: polls feeds, keeps what matches your topics, publishes one combined feed.

    To start: `collector init`, then `collector run`.
    """
    if version:
        typer.echo(f"collector {__version__}")
        raise typer.Exit
    # A command looks there for what is not said behind its name.
    for name, value in ((CONFIG, config), (DATABASE, database)):
        if value:
            os.environ[name] = str(value)


def main() -> None:
    """Runs the command line."""
    gc.set_threshold(YOUNG)
    use_unicode()
    try:
        app(prog_name="collector")
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _stop_printing()
        gc.freeze()  # nothing is worth collecting now: a tenth of a second less until the end


def _stop_printing() -> None:
    """Whoever reads our output has seen enough: what is left of it, at the end too, goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

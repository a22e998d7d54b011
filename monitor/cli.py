"""The command `groundswell`: finds a subcommand's file only when it is called, so that `--help` answers at once."""

from __future__ import annotations

import importlib
import sys

import click

COMMANDS = {
    "demo": ("monitor.commands.demo", "A simulated market, the shipped model, the dashboard: nothing to set up."),
    "run": ("monitor.commands.run", "Live: source -> scores -> windows -> alerts -> notifications."),
    "replay": ("monitor.commands.replay", "Files or the journal of a store through the same pipeline, at any speed."),
    "dashboard": ("monitor.commands.dashboard", "The page: what is firing, the heat map, the headlines behind it."),
    "feed": ("monitor.commands.feed", "Files -> Kafka."),
    "train": ("monitor.commands.model", "Train an adapter with the hybrid update."),
    "evaluate": ("monitor.commands.model", "Judge an adapter on labelled rows."),
    "score": ("monitor.commands.model", "Score headlines, one a line."),
    "model": ("monitor.commands.model", "The adapters that ship, and what each was trained on."),
    "study": ("monitor.commands.study", "What the parts of the model buy, measured over seeds."),
    "alerts": ("monitor.commands.query", "The alerts in a store."),
    "windows": ("monitor.commands.query", "The windows in a store."),
    "items": ("monitor.commands.query", "The scored items in a store, the late ones too."),
    "deadletters": ("monitor.commands.deadletters", "The records that could not become scored items."),
    "digest": ("monitor.commands.digest", "One hash over the windows and alerts in a store, to compare two runs by."),
    "gaps": ("monitor.commands.query", "What a log no longer had, and a runner went on without."),
    "config": ("monitor.commands.config", "Check a groundswell.toml."),
    "doctor": ("monitor.commands.doctor", "What is wrong, and what to do about it."),
}


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of COMMANDS."""
        del ctx  # the same for every context
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands from COMMANDS, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="groundswell")
def groundswell() -> None:
    """Watch financial news: sentiment per topic over time, and alerts when it turns."""


def main() -> None:
    """Run the command; an error of ours is one clear message and exit code 1."""
    try:
        sys.exit(groundswell(standalone_mode=False))  # click returns the code of an Exit, and None else
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)

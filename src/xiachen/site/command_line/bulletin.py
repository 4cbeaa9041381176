"""Reserved."""

from xiachen.site.command_line.commands import Commands


def add(commands: Commands) -> None:
    """Describe the command."""

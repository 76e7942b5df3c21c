"""Command: the cache of atlases, shown or emptied. What is heavy is imported when used."""

from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError

if TYPE_CHECKING:
    from priorsim.study.cache import CachedAtlas


def cache(
    context: typer.Context,
    empty: Annotated[bool, Option("--empty", help="Remove the atlases, and no other file.")] = False,
    yes: Annotated[bool, Option("--yes", help="Confirm that they are to be removed.")] = False,
) -> None:
    """Show the cache of atlases: the censuses that questions without --atlas took, and what they occupy.

    The folder is PRIORSIM_CACHE where that is set, else one in the user's cache directory. An atlas that is removed is
    counted again when a question needs it.
    """
    from priorsim.study.cache import atlases_folder, cached_atlases, empty_cache

    if not empty:
        refuse_idle(context, "yes", "without --empty")
    found, folder = cached_atlases(), atlases_folder()
    if empty and not yes:
        raise PriorsimError(f"--empty would remove {_size(found)} from {folder}: give --yes to remove them")
    if empty:
        typer.echo(f"{folder}: {_size(empty_cache())} removed")
    else:
        typer.echo("\n\n".join([f"{folder}: {_size(found)}", *([_listed(found)] if found else [])]))


def _size(atlases: "list[CachedAtlas]") -> str:
    number = len(atlases)
    return f"{number} {'atlas' if number == 1 else 'atlases'}, {_mebibytes(sum(atlas.bytes for atlas in atlases))}"


def _listed(atlases: "list[CachedAtlas]") -> str:
    from priorsim.terminal import format_table

    head = ("dialect", "word bits", "lanes", "columns", "bound", "size", "file")
    return format_table(map(_row, atlases), head=head)


def _row(atlas: "CachedAtlas") -> tuple[object, ...]:
    size, header = (_mebibytes(atlas.bytes), atlas.path.name), atlas.header
    if header is None:
        return ("damaged", *[""] * 4, *size)
    domain = header.domain
    columns = ", ".join(domain.columns)
    return (header.language.dialect.name, domain.word_bits, len(domain.lanes), columns, header.max_bits, *size)


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"

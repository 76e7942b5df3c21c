"""The errors a user can cause: one family, one clear line each.

A message says what is wrong, where, the value met, the range allowed and what to do. The command
line prints it and exits with code 2; anything that is not a PriorsimError is a bug.
"""


class PriorsimError(Exception):
    """Any error a user can cause and mend."""


class MuSyntaxError(PriorsimError):
    """A program text that is not a Mu program, with its line and column."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column


class CodeError(PriorsimError):
    """A term outside its language (it has no code), or a bit string that is cut short."""


class DomainError(PriorsimError):
    """Words, lanes, columns or depth outside what the language allows."""


class WorldError(PriorsimError):
    """An unknown or malformed world, or one whose domain is not the atlas's."""


class PriorError(PriorsimError):
    """An unknown prior, or a weight whose mass does not converge."""


class StorageError(PriorsimError):
    """A place that cannot be written."""


class AtlasError(PriorsimError):
    """An atlas file that is missing, cut, altered, of another version, or the wrong one."""


class CensusError(PriorsimError):
    """A census that cannot be run as asked."""


class TheoryError(PriorsimError):
    """A closed form asked for at numbers it does not have, cannot read, or does not hold at."""


class FigureError(PriorsimError):
    """A figure asked for under an unknown name, or in a width or format that there is not."""


class WalkError(PriorsimError):
    """An edit walk that is not defined, or cannot be solved exactly, as asked."""


class UnsolvedError(WalkError):
    """A chain of walks that takes too long to get anywhere for its system to be solved."""


class WorkerError(PriorsimError):
    """A worker process that died before its work was done."""


class MainGuardError(PriorsimError, SystemExit):
    """A main script that worker processes cannot import; where nothing catches it, the script ends with this line."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = message

"""Languages as TOML files: operators in code order, their code, and the operators that are knocked out.

operators = ["add", "mul", "eq", "find"]
code = "random:7"
without = ["mul"]
"""

from pathlib import Path

import msgspec

from priorsim.errors import CodeError
from priorsim.mu.dialect import DEFAULT, Dialect, dialect_of, no_operator
from priorsim.reading import quoted, read_text, reading, source_name, toml_fields


class LanguageFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The fields of a language's file; a field that is left out has the default shown here."""

    operators: tuple[str, ...]
    code: str = DEFAULT
    without: tuple[str, ...] = ()


def load_language(path: Path | str) -> tuple[Dialect, tuple[str, ...]]:
    """The dialect of a file, and what is knocked out of it; CodeError says which field is wrong."""
    name = source_name(path)
    with reading(path, CodeError):
        fields = toml_fields(read_text(path, error=CodeError), name, LanguageFile, CodeError)
        try:
            dialect = dialect_of(fields.operators, fields.code)
        except CodeError as error:
            field = "code" if "unknown code" in str(error) else "operators"
            raise CodeError(f"{name}: field '{field}': {error}") from None
        for place, each in enumerate(fields.without):
            if each not in dialect.operators:
                where = f"{name}: field 'without[{place}]'"
                raise CodeError(f"{where}: {quoted(each)} cannot be knocked out: {no_operator(each, dialect)}")
        return dialect, fields.without

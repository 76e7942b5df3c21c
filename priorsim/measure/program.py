"""What can be said of one program in one world by running it: the plain interpreter, no census."""

from collections.abc import Mapping
from pathlib import Path

from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.files import head_comments, parse_source, read_source
from priorsim.mu.interpreter import run
from priorsim.mu.lesions import classify, is_dormant, uses_data
from priorsim.mu.syntax import Program, count_searches, format_program
from priorsim.worlds.world import World


def measure_program(path: Path, world: World) -> tuple[Program, Mapping[str, object]]:
    """Read a program and run it on every lane of a world.

    The dialect is the one the file's head comment names, else the world's.

    Returns
    -------
    (Program, mapping)
        The mapping holds JSON values: program (text), world, dialect, train, bits, words (one a lane),
        steps (by accounting), searches, class, uses_data, dormant, fits (acceptable on the training
        lanes) and faithful (on the held-out lanes; None where there are none).

    Raises
    ------
    PriorsimError
        When the file cannot be read, or holds no program of the language.
    """
    domain = world.domain
    text = read_source(path)
    dialect = head_comments(text).get("dialect", world.dialect)
    language = Language.named(dialect, domain.word_bits, depth=domain.default_depth, columns=len(domain.columns))
    program = parse_source(text, path, language, domain.columns)
    result = run(program, domain)
    return program, {
        "program": format_program(program, domain.columns),
        "world": world.name,
        "dialect": dialect,
        "train": list(world.train),
        "bits": length(program, language),
        "words": list(result.words),
        "steps": {str(name): steps for name, steps in result.steps.items()},
        "searches": count_searches(program),
        "class": str(classify(program, domain)),
        "uses_data": uses_data(program, domain),
        "dormant": is_dormant(program, domain, world.train),
        "fits": world.accepts(result.words, world.train),
        "faithful": world.accepts(result.words, world.held_out) if world.held_out else None,
    }

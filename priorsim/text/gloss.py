"""Programs as a mathematician would say them: `(find (c) (eq x (mul c c)))` is "the least c with x = c · c".

Words are those of the program's size: sums and products wrap around, and 0 is false.
"""

from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Apply, Const, Term, Var, fresh_name, parse

SIGNS = {"mul": "·", "add": "+", "sub": "\N{MINUS SIGN}", "and": "&", "xor": "\N{CIRCLED PLUS}", "eq": "=", "lt": "<"}
SHIFTS = {"shl": "\N{MUCH LESS-THAN} 1", "shr": "\N{MUCH GREATER-THAN} 1"}
LEVELS = {"shl": 4, "shr": 4, "mul": 3, "add": 2, "sub": 2, "and": 1, "xor": 1, "eq": 0, "lt": 0}
"""How tightly an operator binds; of the others each is a phrase, which binds less, and a word more."""
PHRASE, WORD = -1, 5
IN_A_ROW = (("add", "add"), ("add", "sub"), ("sub", "add"), ("sub", "sub"), ("mul", "mul"))
"""What may stand before an operator of its own level without parentheses."""

Args = tuple[Term, ...]


def gloss(program: str, language: Language, columns: tuple[str, ...] = ("x",)) -> str:
    """A program without data in words and signs.

    >>> arith = Language.named("arith", 3)
    >>> gloss("(find (c) (eq x (mul c c)))", arith)
    'the least c with x = c · c'
    >>> gloss("(mul 3 (argmax (c) (sub c (add x 1))))", arith).replace(chr(0x2212), "-")
    '3 · (the c with the greatest c - (x + 1))'
    >>> gloss("(iter x 1 (s) (if s (add s s) 0))", arith)
    's after x times (s := s + s if s is not 0, else 0) from s = 1'
    """
    return _said(parse(program, language, columns).term, columns)


def _said(term: Term, scope: tuple[str, ...]) -> str:
    match term:
        case Var(index):
            return scope[index]
        case Const(word, _):
            return str(word)
        case Apply(form, args) if form in PHRASES:
            return PHRASES[form](args, scope)
        case Apply(form, (of,)):
            return f"{_inside(of, scope, least=WORD)} {SHIFTS[form]}"
        case Apply(form, (left, right)):
            least = LEVELS[form] + 1
            is_row = isinstance(left, Apply) and (left.form, form) in IN_A_ROW
            first = _inside(left, scope, least=LEVELS[form] if is_row else least)
            return f"{first} {SIGNS[form]} {_inside(right, scope, least=least)}"
    raise AssertionError(f"no words for {term}")


def _loop(args: Args, scope: tuple[str, ...]) -> str:
    name, (times, start, body) = fresh_name("iter", scope), args
    step = f"({name} := {_said(body, (name, *scope))})"
    return f"{name} after {_inside(times, scope)} times {step} from {name} = {_inside(start, scope, least=1)}"


def _least(args: Args, scope: tuple[str, ...]) -> str:
    name = fresh_name("find", scope)
    return f"the least {name} with {_holds(args[0], (name, *scope))}"


def _greatest(args: Args, scope: tuple[str, ...]) -> str:
    name = fresh_name("argmax", scope)
    return f"the {name} with the greatest {_inside(args[0], (name, *scope))}"


def _choice(args: Args, scope: tuple[str, ...]) -> str:
    condition, yes, no = args
    return f"{_inside(yes, scope)} if {_holds(condition, scope)}, else {_inside(no, scope)}"


def _run(args: Args, scope: tuple[str, ...]) -> str:
    inner, of = args
    return f"what program {_inside(inner, scope, least=WORD)} gives for {_inside(of, scope)}"


PHRASES = {"iter": _loop, "find": _least, "argmax": _greatest, "if": _choice, "apply": _run}


def _holds(term: Term, scope: tuple[str, ...]) -> str:
    """The term as a condition: what is no comparison holds where it is not 0."""
    if isinstance(term, Apply) and term.form in ("eq", "lt"):
        return _said(term, scope)
    return f"{_inside(term, scope)} is not 0"


def _inside(term: Term, scope: tuple[str, ...], *, least: int = 0) -> str:
    """The term in parentheses, unless it binds at least so tightly."""
    level = LEVELS.get(term.form, PHRASE) if isinstance(term, Apply) else WORD
    said = _said(term, scope)
    return said if level >= least else f"({said})"

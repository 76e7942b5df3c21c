"""Functions that decide: a planner's next move, the best action, the most probable cause.

Moves and causes are computed from their definitions (a breadth-first search, a product of weights),
in integers; ties go to the least word, the first that `max` meets.
"""

from functools import cache

UP, STAY = 1, 0
"""Moves on the ring, added to the cell; the move down is 2^w - 1, that is minus one."""


@cache
def _distances(bits: int) -> tuple[int, ...]:
    """Steps from each cell of the ring to the goal, never through the wall."""
    cells = 2**bits
    goal, wall = ring_goal(bits), ring_wall(bits)
    distances = {goal: 0}
    frontier = [goal]
    while frontier:
        cell = frontier.pop(0)
        for below, neighbour in ((cell, (cell + 1) % cells), ((cell - 1) % cells, (cell - 1) % cells)):
            if below != wall and neighbour not in distances:
                distances[neighbour] = distances[cell] + 1
                frontier.append(neighbour)
    return tuple(distances[cell] for cell in range(cells))


def ring_goal(bits: int) -> int:
    """The goal's cell on a ring of 2^w cells: 5 of 16, 2 of 8."""
    return int(5 * 2**bits // 16)


def ring_wall(bits: int) -> int:
    """The cell above which the wall stands: between 9 and 10 of 16, 4 and 5 of 8."""
    return int(9 * 2**bits // 16)


def first_move(x: int, bits: int) -> int:
    """The first move of a shortest way from cell x to the goal: 1 up, -1 down, 0 at the goal.

    >>> [first_move(x, 3) for x in range(8)]
    [1, 1, 0, -1, -1, 1, 1, 1]
    """
    distances = _distances(bits)
    if distances[x] == 0:
        return STAY
    above = (x + 1) % 2**bits
    return UP if x != ring_wall(bits) and distances[above] < distances[x] else -1


def best_action(x: int, bits: int) -> int:
    """The least action c whose payoff c (x - c) modulo 2^w is greatest."""
    return max(range(2**bits), key=lambda c: c * (x - c) % 2**bits)


DIAGNOSIS_PRIOR = (8, 4, 2, 2)
"""Of 16: nothing, a cold, an allergy, the flu."""

DIAGNOSIS_CHANCES = ((1, 1, 1, 1), (6, 5, 1, 2), (7, 1, 1, 5), (3, 6, 7, 6))
"""Of 8, for each cause: sneezing, cough, fever, headache (the lowest bit of the evidence first)."""


def diagnosis(x: int, bits: int) -> int:
    """The most probable of four causes, where bit i of x says whether symptom i is there.

    The net is one hidden cause with a prior and one edge to each symptom; at w = 3 the last symptom
    is not asked for.
    """
    weights = []
    for prior, chances in zip(DIAGNOSIS_PRIOR, DIAGNOSIS_CHANCES, strict=True):
        weight = prior
        for symptom in range(bits):
            weight *= chances[symptom] if x >> symptom & 1 else 8 - chances[symptom]
        weights.append(weight)
    return weights.index(max(weights))


def channel(x: int, bits: int) -> int:
    """The more probable hidden bit (0 at odds 3 : 2), sent w times over wires that flip it once in four.

    >>> [channel(x, 3) for x in (0b000, 0b010, 0b110, 0b111)]
    [0, 0, 1, 1]
    """
    ones = x.bit_count()
    return int(2 * 3**ones > 3 * 3 ** (bits - ones))


def noisy_sensor(x: int, bits: int) -> int:
    """The most probable c in 0..3 behind a noisy reading x of c c.

    c has the prior weight 4 - c, and each unit of error halves the weight of a reading.
    """
    return max(range(4), key=lambda c: (4 - c) << (2**bits - abs(x - c * c)))

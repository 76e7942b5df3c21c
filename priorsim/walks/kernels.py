"""Kernels of the edit graph: the proposals of a program, stored or made as they are needed.

A program is a number, a 1 and then its bits; an edit cuts its code and splices new code in. The plain twin,
on terms, with fractions, is in tests/walks. Numbers of programs are int64, chances float64, each a sum of
at most some thousand positive terms, so within 1e-12 of the exact one. Programs have at most 62 bits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import I64, U64, U, inner, kernel
from priorsim.walks.materials import Grammar, Materials

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]

START, END, BOUND, ARITY, BINDS, NEXT = range(6)
# Columns of the nodes of a program: first bit and the one behind the last, of the term; number of bound variables;
# children; 1 where the last child gains a variable; number of the node behind the subterm.

KINDS = 3


class EditSpace(NamedTuple):
    """The programs, and what an edit can do to them."""

    codes: U64  # (programs,), sorted
    slots: U64  # a hash table: codes
    numbers: I32  # and the numbers of their programs
    max_bits: int
    radius: int
    grammar: Grammar
    replacement: Materials
    insertion: Materials


class Scratch(NamedTuple):
    """Buffers that a call overwrites, to be had from `make_scratch`."""

    nodes: I64  # (64, 6)
    stack: I64  # (64, 2)
    place: I64  # (programs,), which of those reached a program is while they are gathered, else -1
    chance: F64  # (programs,), of those reached
    reached: I64  # (programs,), their numbers


def make_scratch(programs: int) -> Scratch:
    """Buffers for a space of so many programs."""
    nodes, stack, place = np.zeros((64, 6), np.int64), np.zeros((64, 2), np.int64), np.full(programs, -1, np.int64)
    return Scratch(nodes, stack, place, np.zeros(programs), np.zeros(programs, np.int64))


@inner
def mask(bits):  # type: ignore[no-untyped-def]
    """So many ones."""
    return (U(1) << U(bits)) - U(1)


@inner
def piece(code, length, start, end):  # type: ignore[no-untyped-def]
    """Bits [start, end) of a code of `length` bits."""
    return (code >> U(length - end)) & mask(end - start)


@inner
def hashed(code, slots):  # type: ignore[no-untyped-def]
    """Where the search for a code starts."""
    mixed = code * U(0x9E3779B97F4A7C15)
    return np.int64((mixed >> U(20)) & U(len(slots) - 1))


@kernel
def fill_slots(codes, slots, numbers):  # type: ignore[no-untyped-def]
    """Put every code into the hash table, a power of two of slots, at least twice as many as codes, all 0."""
    for number in range(len(codes)):
        slot = hashed(codes[number], slots)
        while slots[slot] != U(0):
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = codes[number]
        numbers[slot] = number


@inner
def take_apart(code, grammar, nodes, stack):  # type: ignore[no-untyped-def]
    """Write the nodes of a program's term, in preorder; returns the term, its bits, and the number of nodes."""
    length = -2
    while code >> U(length + 2) != U(0):
        length += 1
    term = code & mask(length)
    position, count, open_nodes, bound = 0, 0, 0, 0
    while True:
        symbol = grammar.first[bound]
        while position + grammar.bits[symbol] > length or (
            piece(term, length, position, position + grammar.bits[symbol]) != grammar.code[symbol]
        ):
            symbol += 1
        nodes[count, START] = position
        nodes[count, BOUND] = bound
        nodes[count, ARITY] = grammar.arity[symbol]
        nodes[count, BINDS] = grammar.binds[symbol]
        position += grammar.bits[symbol] + grammar.payload[symbol]
        if grammar.arity[symbol] > 0:
            stack[open_nodes, 0] = count
            stack[open_nodes, 1] = 0
            open_nodes += 1
        else:
            nodes[count, END] = position
            nodes[count, NEXT] = count + 1
            while open_nodes > 0:
                stack[open_nodes - 1, 1] += 1
                if stack[open_nodes - 1, 1] < nodes[stack[open_nodes - 1, 0], ARITY]:
                    break
                open_nodes -= 1
                nodes[stack[open_nodes, 0], END] = position
                nodes[stack[open_nodes, 0], NEXT] = count + 1
        count += 1
        if open_nodes == 0:
            return term, length, count
        top = stack[open_nodes - 1, 0]
        is_last = stack[open_nodes - 1, 1] == nodes[top, ARITY] - 1
        bound = nodes[top, BOUND] + (nodes[top, BINDS] if is_last else 0)


@kernel
def write_heights(heights, space, scratch):  # type: ignore[no-untyped-def]
    """Write how many nodes are on the longest way from each program's root to a leaf."""
    for number in range(len(heights)):
        _, _, count = take_apart(space.codes[number], space.grammar, scratch.nodes, scratch.stack)
        around = 0
        for node in range(count):
            while around > 0 and scratch.stack[around - 1, 0] <= scratch.nodes[node, START]:
                around -= 1
            scratch.stack[around, 0] = scratch.nodes[node, END]
            around += 1
            heights[number] = max(heights[number], around)


@inner
def reach(code, chance, found, space, scratch):  # type: ignore[no-untyped-def]
    """Add a chance to that of the program of this code, which there is; returns the number of programs reached."""
    slot = hashed(code, space.slots)
    while space.slots[slot] != code:
        slot = (slot + 1) & (len(space.slots) - 1)
    number = space.numbers[slot]
    place = scratch.place[number]
    if place < 0:
        scratch.place[number] = found
        scratch.reached[found] = number
        scratch.chance[found] = chance
        return found + 1
    scratch.chance[place] += chance
    return found


@inner
def splice(term, length, start, end, new, new_bits):  # type: ignore[no-untyped-def]
    """The program's code with `new` in place of bits [start, end) of its term."""
    head = (U(2) << U(start)) | piece(term, length, 0, start)
    return (((head << U(new_bits)) | new) << U(length - end)) | piece(term, length, end, length)


@inner
def put(node, kept, new, share, found, term, length, space, scratch):  # type: ignore[no-untyped-def]
    """Reach what new material around a node's subterm, `kept` bits, or in its place, 0, leads to; and what stays."""
    start, end = scratch.nodes[node, START], scratch.nodes[node, END]
    old = piece(term, length, start, start + kept)
    first, last = new.first[scratch.nodes[node, BOUND]], new.first[scratch.nodes[node, BOUND] + 1]
    for entry in range(first, last):
        bits = new.before_bits[entry] + kept + new.after_bits[entry]
        if 1 + length - (end - start) + bits > space.max_bits:
            return found, share * new.left[entry]
        whole = (((new.before[entry] << U(kept)) | old) << U(new.after_bits[entry])) | new.after[entry]
        code = splice(term, length, start, end, whole, bits)
        found = reach(code, share * new.chance[entry], found, space, scratch)
    return found, share if first == last else 0.0


@inner
def delete(node, share, found, term, length, space, scratch):  # type: ignore[no-untyped-def]
    """Reach what deleting the operator at a node leads to, a child kept; returns as `put` does.

    A child can be kept that gains no variable, where the other operands have at most `radius` bits.
    """
    nodes = scratch.nodes
    first, start, end, arity = node + 1, nodes[node, START], nodes[node, END], nodes[node, ARITY]
    most, kept = space.radius, 0
    for is_counted in range(2):
        child = first
        for k in range(arity):
            inside, behind = nodes[child, START], nodes[child, END]
            gains = nodes[node, BINDS] == 1 and k == arity - 1
            if not gains and end - nodes[first, START] - (behind - inside) <= most:
                if is_counted:
                    code = splice(term, length, start, end, piece(term, length, inside, behind), behind - inside)
                    found = reach(code, share / kept, found, space, scratch)
                else:
                    kept += 1
            child = nodes[child, NEXT]
    return found, share if kept == 0 else 0.0


@inner
def propose(number, space, scratch):  # type: ignore[no-untyped-def]
    """Gather the proposals of a program in the scratch; returns how many there are, and the chance to stay.

    The chance to stay is of the edits that are impossible or too long; that of edits that change nothing stands with
    the program itself.
    """
    term, length, count = take_apart(space.codes[number], space.grammar, scratch.nodes, scratch.stack)
    share = 1.0 / (KINDS * count)
    found, stay = 0, 0.0
    for node in range(count):
        bits, left = scratch.nodes[node, END] - scratch.nodes[node, START], share
        if bits <= space.radius:
            found, left = put(node, 0, space.replacement, share, found, term, length, space, scratch)
        stay += left
        found, left = put(node, bits, space.insertion, share, found, term, length, space, scratch)
        stay += left
        found, left = delete(node, share, found, term, length, space, scratch)
        stay += left
    for i in range(found):
        scratch.place[scratch.reached[i]] = -1
    return found, stay


@inner
def chance_of(number, found, scratch):  # type: ignore[no-untyped-def]
    """The chance of a program among those gathered."""
    for i in range(found):
        if scratch.reached[i] == number:
            return scratch.chance[i]
    return 0.0


@kernel
def write_rows(first, space, scratch, sizes, targets, chances, stay):  # type: ignore[no-untyped-def]
    """Write the proposals of the programs from `first` on, until there is no room.

    `sizes` is int64 (programs,), the number of each row's targets; `targets` int32 and `chances` float64 (room,);
    `stay` float64 (programs,). Returns the first program not written, and how much of the room is used.
    """
    used = 0
    for number in range(first, len(space.codes)):
        found, chance = propose(number, space, scratch)
        if used + found > len(targets):
            return number, used
        size = 0
        for i in range(found):
            if scratch.reached[i] == number:
                chance += scratch.chance[i]
            else:
                targets[used + size], chances[used + size] = scratch.reached[i], scratch.chance[i]
                size += 1
        sizes[number] = size
        stay[number] = chance
        used += size
    return len(space.codes), used


@kernel
def count_reached(chosen, sizes, space, scratch):  # type: ignore[no-untyped-def]
    """Write how many programs the proposals of each of these programs reach, itself included where it is."""
    for i in range(len(chosen)):
        sizes[i], _ = propose(chosen[i], space, scratch)


STEEPEST, FIRST, DRIFT, METROPOLIS = range(4)  # The dynamics of a sampled walk, by number.


@inner
def uniform(states, walk):  # type: ignore[no-untyped-def]
    """A number in [0, 1) of 53 bits from the walk's own generator, SplitMix64 (Steele, Lea and Flood 2014)."""
    states[walk] += U(0x9E3779B97F4A7C15)
    mixed = states[walk]
    mixed = (mixed ^ (mixed >> U(30))) * U(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> U(27))) * U(0x94D049BB133111EB)
    return np.float64((mixed ^ (mixed >> U(31))) >> U(11)) * 2.0**-53


@inner
def pick(at, dynamics, loss, found, scratch, states, walk):  # type: ignore[no-untyped-def]
    """A proposal by chance; `at` for an edit that is impossible, too long, or changes nothing.

    A descent chooses among the improving ones, steepest among the best; `at` where there is none.
    """
    descends = dynamics <= FIRST
    most, total, chosen = loss[at] - 1, 0.0 if descends else 1.0, at
    if dynamics == STEEPEST:
        for i in range(found):
            most = min(most, loss[scratch.reached[i]])
    if descends:
        for i in range(found):
            if loss[scratch.reached[i]] <= most:
                total += scratch.chance[i]
    left = uniform(states, walk) * total
    for i in range(found):
        if not descends or loss[scratch.reached[i]] <= most:
            left -= scratch.chance[i]
            if left < 0:
                return scratch.reached[i]
            if descends:
                chosen = scratch.reached[i]
    return chosen


@kernel
def walk_on(at, taken, path, times, states, dynamics, steps, loss, log2_weight, space, scratch, other):  # type: ignore[no-untyped-def]
    """Walk from each of the programs `at`, int64 (walks,), which are overwritten by where the walks end.

    `taken`, int64 (walks,), gets the number of moves; `path` and `times`, int64 (room,), the programs moved to and the
    number of the step, from place 0 on, as far as there is room. `states` are seeds, uint64 (walks,), overwritten;
    `steps` are at most so many moves of a descent, proposals of the others; `log2_weight` is of Metropolis.
    """
    for walk in range(len(at)):
        now = at[walk]
        found, _ = propose(now, space, scratch)
        for step in range(steps):
            new = pick(now, dynamics, loss, found, scratch, states, walk)
            if new == now and dynamics <= FIRST:
                break
            if new == now or (dynamics == DRIFT and loss[new] > loss[now]):
                continue
            if dynamics == METROPOLIS:
                onward, _ = propose(new, space, other)
                back = 2.0 ** (log2_weight[new] - log2_weight[now]) * chance_of(now, onward, other)
                if uniform(states, walk) >= back / chance_of(new, found, scratch):
                    continue
            now = new
            found, _ = propose(now, space, scratch)
            if taken[walk] < len(path):
                path[taken[walk]] = now
                times[taken[walk]] = step + 1
            taken[walk] += 1
        at[walk] = now

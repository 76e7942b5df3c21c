"""Atlas files: what was saved comes back, and what is not whole is refused."""

import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from priorsim.census.atlas import Atlas, Rows, counts_by_length, merge
from priorsim.census.stored import METADATA_KEY, ROW_GROUP_ROWS, SEAL, StoredAtlas, cut, write_atlas
from priorsim.errors import AtlasError, CensusError, StorageError
from priorsim.provenance import counting_digest
from tests.census import oracle


@pytest.fixture(scope="module")
def atlas():
    name = "arith-w2-21-with-data"
    keys = oracle.read(name)
    columns = zip(*((k.bits, k.behaviour, k.strict, k.wide, k.steps, k.searches) for k in keys), strict=True)
    kinds = (np.uint8, np.uint64, np.uint64, np.uint64, np.uint32, np.uint8)
    arrays = [np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)]
    rows = merge(Rows(*(*arrays, np.array(list(keys.values()), dtype=np.uint64))))
    return Atlas(oracle.make_header(*oracle.HEADERS[name]), rows)


@pytest.fixture
def path(atlas, tmp_path):
    atlas.save(tmp_path / "atlas.parquet")
    return tmp_path / "atlas.parquet"


def everything(stored):
    """All rows of a stored atlas, read the way questions read them."""
    chosen = stored.select(lambda behaviour: np.ones(len(behaviour), dtype=bool))
    assert oracle.as_dict(chosen) == oracle.as_dict(Rows.concatenate(list(stored.batches())))
    return chosen


def sealed(parquet):
    """The bytes of a Parquet file with the seal that an atlas has before its footer."""
    length = int.from_bytes(parquet[-8:-4], "little")
    pages, footer, tail = parquet[: -8 - length], parquet[-8 - length : -8], parquet[-8:]
    return pages + SEAL + hashlib.sha256(footer).digest() + footer + tail


def forge(path, change_description=None, change_table=None, *, digests=True, raw=None, rows_in_group=ROW_GROUP_ROWS):
    """Write the file anew with other contents and true seals, the way one who knows the format would."""
    table = pq.read_table(path)
    told = json.loads(pq.read_metadata(path).metadata[METADATA_KEY])
    if change_table:
        table = change_table(table)
    if digests:
        groups = [table.slice(start, rows_in_group) for start in range(0, len(table), rows_in_group)]
        told["digests"] = [[digest(column.to_numpy()) for column in group.columns] for group in groups]
        told["rows"] = len(table)
    if change_description:
        change_description(told)
    with pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table, row_group_size=rows_in_group)
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(told) if raw is None else raw})
    path.write_bytes(sealed(path.read_bytes()))


def digest(values):
    return hashlib.sha256(values.tobytes()).hexdigest()[:32]


def with_column(name, change):
    """A change of a table: one column put through a function of its values."""

    def change_table(table):
        place = table.schema.get_field_index(name)
        values = table.column(name).to_numpy().copy()
        return table.set_column(place, table.schema.field(place), [change(values)])

    return change_table


def refused(path, words=""):
    """Opening the file, or reading all of it, is refused in one line of a bearable length."""
    with pytest.raises(AtlasError, match=rf"atlas\.parquet: .*{words}") as caught:
        everything(StoredAtlas.open(path))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700
    return str(caught.value)


@contextmanager
def flipped(file, bit):
    """The file with one bit flipped."""
    place, mask = bit // 8, 1 << bit % 8
    (byte,) = os.pread(file.fileno(), 1, place)
    os.pwrite(file.fileno(), bytes([byte ^ mask]), place)
    yield
    os.pwrite(file.fileno(), bytes([byte]), place)


@pytest.fixture
def small(atlas, tmp_path):
    """A file of a few hundred rows in several row groups, and the rows."""
    few = Atlas(replace(atlas.header, max_bits=15), atlas.rows.take(atlas.rows.bits <= 15))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("priorsim.census.stored.ROW_GROUP_ROWS", 100)
        few.save(tmp_path / "atlas.parquet")
    return tmp_path / "atlas.parquet", few.rows


@pytest.mark.parametrize("size", [1, 7, 100, 10**9])
def test_the_file_does_not_depend_on_the_batches_in_which_rows_come(small, size):
    path, rows = small
    header = StoredAtlas.open(path).header
    batches = [rows.take(slice(start, start + size)) for start in range(0, len(rows), size)]
    file = io.BytesIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("priorsim.census.stored.ROW_GROUP_ROWS", 100)
        assert write_atlas(header, batches, file) == len(rows)
    assert file.getvalue() == path.read_bytes()


def test_what_was_saved_comes_back(atlas, path):
    loaded = StoredAtlas.open(path)
    assert (loaded.header, len(loaded)) == (atlas.header, len(atlas))
    assert oracle.as_dict(everything(loaded)) == oracle.as_dict(atlas.rows)
    assert [str(field.type) for field in pq.read_schema(path)] == [
        "uint8",
        "uint64",
        "uint64",
        "uint64",
        "uint32",
        "uint8",
        "uint64",
    ]


def test_pandas_is_not_imported_to_read_rows(path):
    code = (
        "import sys\n"
        "from priorsim.census.stored import StoredAtlas\n"
        f"rows = sum(map(len, StoredAtlas.open({str(path)!r}).batches()))\n"
        "assert rows and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_saving_twice_gives_the_same_bytes(atlas, path, tmp_path):
    atlas.save(tmp_path / "again.parquet")
    assert path.read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_rows_are_sorted_and_merging_adds_counts(atlas):
    rows = atlas.rows
    twice = merge(Rows.concatenate([rows, rows.take(np.arange(len(rows))[::-1])]))
    assert oracle.as_dict(twice) == {key: 2 * count for key, count in oracle.as_dict(rows).items()}
    assert list(oracle.as_dict(rows)) == sorted(
        oracle.as_dict(rows), key=lambda k: (k.bits, k.behaviour, k.strict, k.wide, k.steps, k.searches)
    )


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(AtlasError, match="no such atlas"):
        StoredAtlas.open(tmp_path / "none.parquet")


def test_a_file_cut_anywhere_is_refused(path):
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 20):
        path.write_bytes(whole[:size])
        refused(path)


def test_every_flipped_bit_of_the_footer_is_found_before_it_is_parsed(small, monkeypatch):
    path, _ = small
    size = path.stat().st_size
    length = int.from_bytes(path.read_bytes()[-8:-4], "little")
    words = r"damaged: its? (footer is not what|is shorter than)|no atlas|not a whole|put no digests"
    monkeypatch.setattr(pq, "ParquetFile", None)
    with path.open("r+b") as file:
        for bit in (*range(32), *range(8 * (size - length - 8 - 40), 8 * size)):
            with flipped(file, bit), pytest.raises(AtlasError, match=words):
                StoredAtlas(path)


@pytest.mark.parametrize("flips", [1000, pytest.param(40_000, marks=pytest.mark.slow)])
def test_a_flipped_bit_of_the_rows_is_refused_or_changes_nothing(small, flips):
    path, rows = small
    wanted = oracle.as_dict(rows)
    length = int.from_bytes(path.read_bytes()[-8:-4], "little")
    bits = 8 * (path.stat().st_size - length - 48)
    chosen = np.random.default_rng(10).choice(bits, min(flips, bits), replace=False)
    found = 0
    with path.open("r+b") as file:
        for bit in map(int, chosen):
            with flipped(file, bit):
                try:
                    assert oracle.as_dict(Rows.concatenate(list(StoredAtlas.open(path).batches()))) == wanted
                except AtlasError as error:
                    assert str(error).startswith(f"{path}: ")
                    found += 1
    # The others are in statistics and names that no reader of an atlas asks for.
    assert found > 0.8 * len(chosen)


def read_by_batches(stored):
    return Rows.concatenate(list(stored.batches()))


def read_by_selecting(stored):
    return stored.select(lambda behaviour: np.ones(len(behaviour), dtype=bool))


def exchanged(values):
    """Two values of one column in each other's place."""
    first, second = np.flatnonzero(values != values[5])[0], 5
    values[[first, second]] = values[[second, first]]
    return values


@pytest.mark.parametrize("read", [read_by_batches, read_by_selecting])
@pytest.mark.parametrize("name", ["behaviour", "strict", "wide", "steps", "searches"])
def test_values_put_in_other_rows_are_found_however_they_are_read(path, name, read):
    forge(path, change_table=with_column(name, exchanged), digests=False)
    stored = StoredAtlas.open(path)
    with pytest.raises(AtlasError, match=rf"atlas\.parquet: damaged: column {name} of row group 0 is not what"):
        read(stored)


def test_counts_moved_between_rows_of_a_length_are_found_at_opening(path):
    bits = pq.read_table(path).column("bits").to_numpy()

    def moved(count):
        one, other = np.flatnonzero((bits == 18) & (count > 1))[:2]
        count[one] -= np.uint64(1)
        count[other] += np.uint64(1)
        return count

    forge(path, change_table=with_column("count", moved), digests=False)
    with pytest.raises(AtlasError, match="column count of row group 0 is not what was written"):
        StoredAtlas.open(path)


def test_altered_steps_are_found(path):
    forge(path, change_table=with_column("steps", np.ones_like), digests=False)
    assert "column steps of row group 0" in refused(path)


def test_a_file_sorted_otherwise_is_found_though_its_digests_hold(path):
    by_count = [("bits", "ascending"), ("count", "descending")]
    forge(path, change_table=lambda table: table.sort_by(by_count), rows_in_group=1000)
    assert "row group 0 is not in order" in refused(path)


def test_row_groups_in_another_order_are_found_though_their_digests_hold(path):
    half = len(pq.read_table(path)) // 2

    def halves_exchanged(table):
        return pa.concat_tables([table[half : 2 * half], table[:half], table[2 * half :]])

    forge(path, change_table=halves_exchanged, rows_in_group=half)
    assert "row group 1 is not in order" in refused(path)


def test_a_row_that_stands_twice_is_found_though_its_digests_hold(path):
    row = int(np.flatnonzero(pq.read_table(path).column("count").to_numpy() > 1)[0])

    def split(table):
        whole = table[row : row + 1]
        (count,) = whole.column("count").to_pylist()
        parts = [whole.set_column(6, "count", pa.array([part], pa.uint64())) for part in (1, count - 1)]
        return pa.concat_tables([table[:row], *parts, table[row + 1 :]])

    forge(path, change_table=split)
    assert "row group 0 is not in order" in refused(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("behaviour", 1 << 8),
        ("strict", 1 << 63),
        ("wide", 1 << 8),
        ("steps", 0),
        ("steps", 2**32 - 1),
        ("searches", 99),
    ],
)
def test_numbers_beyond_what_a_census_can_have_are_found_though_their_digests_hold(path, name, value):
    def last_altered(values):
        values[-1] = value
        return values

    forge(path, change_table=with_column(name, last_altered))
    assert f"row group 0: {name} goes from" in refused(path)


def test_a_count_of_zero_is_found_though_the_totals_hold(path):
    bits = pq.read_table(path).column("bits").to_numpy()

    def gathered(count):
        one, other = np.flatnonzero(bits == 18)[:2]
        count[other] += count[one]
        count[one] = 0
        return count

    forge(path, change_table=with_column("count", gathered))
    assert "count goes from 0" in refused(path)


def test_counts_that_wrap_do_not_cancel(path):
    bits = pq.read_table(path).column("bits").to_numpy()

    def wrapping(count):
        count[np.flatnonzero(bits == 18)[:2]] += np.uint64(1 << 63)
        return count

    forge(path, change_table=with_column("count", wrapping))
    assert "programs of 18 bits where the recurrence says" in refused(path)


def test_a_changed_count_and_a_missing_row_are_refused_though_their_digests_hold(path):
    whole = path.read_bytes()
    forge(path, change_table=with_column("count", lambda count: count + (np.arange(len(count)) == 5).astype(np.uint64)))
    assert "where the recurrence says" in refused(path)
    path.write_bytes(whole)
    forge(path, change_table=lambda table: table.slice(1))
    assert "where the recurrence says" in refused(path)


def nested(table):
    column = pa.array([[each] for each in table.column("strict").to_pylist()], pa.list_(pa.uint64()))
    return table.set_column(2, "strict", column)


OTHER_COLUMNS = {
    "one less": lambda table: table.drop_columns(["strict"]),
    "one more": lambda table: table.append_column("more", table.column("bits")),
    "another order": lambda table: table.select(table.column_names[::-1]),
    "another name": lambda table: table.rename_columns(["length", *table.column_names[1:]]),
    "another type": lambda table: table.set_column(4, "steps", table.column("steps").cast(pa.uint64())),
    "text": lambda table: table.set_column(4, "steps", table.column("steps").cast(pa.string())),
    "nested": nested,
}


@pytest.mark.parametrize("change", OTHER_COLUMNS.values(), ids=OTHER_COLUMNS)
def test_other_columns_are_refused(path, change):
    forge(path, change_table=change, digests=False)
    assert "other columns" in refused(path)


def test_missing_values_are_refused(path):
    def without_one(table):
        values = [*table.column("steps").to_pylist()[:-1], None]
        return table.set_column(4, "steps", pa.array(values, pa.uint32()))

    forge(path, change_table=without_one, digests=False)
    assert "damaged" in refused(path)


HOSTILE = [
    "null",
    "[1, 2]",
    "7",
    '"text"',
    "{}",
    "{",
    "",
    "[" * 100_000,
    '{"atlas":' * 100_000,
    b'{"atlas": "\xff\xfe"}',
    "9" * 100_000,
]


@pytest.mark.parametrize("raw", HOSTILE, ids=map(str, range(len(HOSTILE))))
def test_a_description_that_is_none_is_refused_in_a_line(path, raw):
    forge(path, raw=raw)
    assert "damaged" in refused(path)


NONSENSE = [
    lambda told: told.update(atlas=None),
    lambda told: told.update(atlas=[]),
    lambda told: told.update(more=1),
    lambda told: told.update({"x" * 100_000: 1}),
    lambda told: told.update(rows=-1),
    lambda told: told.update(rows=10**30),
    lambda told: told.update(rows=0),
    lambda told: told.update(rows=None),
    lambda told: told.update(digests=[]),
    lambda told: told.update(digests=[[]]),
    lambda told: told.update(digests=[["0" * 32] * 7]),
    lambda told: told.update(digests=[*told["digests"], *told["digests"]]),
    lambda told: told["atlas"].update(max_bits=100_000),
    lambda told: told["atlas"].update(max_bits=10**40),
    lambda told: told["atlas"].update(max_bits=True),
    lambda told: told["atlas"].update(max_bits=21.0),
    lambda told: told["atlas"].update(max_bits=20),
    lambda told: told["atlas"].update(max_bits=0),
    lambda told: told["atlas"].update(word_bits=10**9),
    lambda told: told["atlas"].update(depth=10**9),
    lambda told: told["atlas"].update(depth=1),
    lambda told: told["atlas"].update(dialect="logic"),
    lambda told: told["atlas"].update(dialect="x" * 100_000),
    lambda told: told["atlas"].update(dialect="\x1b[31m"),
    lambda told: told["atlas"].update(columns="x"),
    lambda told: told["atlas"].update(columns=["x\u202e"]),
    lambda told: told["atlas"].update(lanes=[[0]] * 100_000),
    lambda told: told["atlas"].update(lanes=[[0], [None]]),
    lambda told: told["atlas"].update(accounting="most"),
    lambda told: told["atlas"].update(programs_by_length=[10**4000]),
    lambda told: told["atlas"].pop("context"),
    lambda told: told["atlas"].update(language_version="0"),
    lambda told: told["atlas"].update(language_version="x" * 100_000),
    lambda told: told["atlas"].update(language_version=None),
]


@pytest.mark.parametrize("change", NONSENSE, ids=map(str, range(len(NONSENSE))))
def test_a_description_of_other_types_or_sizes_is_refused_in_a_line(path, change):
    forge(path, change_description=change)
    assert refused(path).isprintable()


def test_another_language_version_is_refused(path):
    forge(path, change_description=lambda told: told["atlas"].update(language_version="0"))
    assert "language version 0, this priorsim reads version 1" in refused(path)


def test_a_parquet_file_that_is_no_atlas_is_refused(path):
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    assert "a Parquet file, but no atlas" in refused(path)
    path.write_bytes(sealed(path.read_bytes()))
    assert "no description" in refused(path)


def test_an_atlas_of_before_there_were_digests_is_refused_with_its_version(path):
    told = json.dumps({"language_version": "1", "code_version": "0.0.9"})
    pq.write_table(pq.read_table(path).replace_schema_metadata({METADATA_KEY: told}), path)
    assert "made by priorsim 0.0.9, which put no digests into an atlas" in refused(path)


def test_a_footer_longer_than_the_file_is_refused(path):
    whole = path.read_bytes()
    for length in (len(whole), 2**32 - 1, 1 << 27):
        path.write_bytes(whole[:-8] + length.to_bytes(4, "little") + b"PAR1")
        assert "shorter than its footer says" in refused(path)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        with pytest.raises(AtlasError, match="is no regular file"):
            StoredAtlas.open(place)


def test_an_atlas_of_other_code_is_refused_unless_it_is_trusted(atlas, path, monkeypatch):
    mine = counting_digest()
    monkeypatch.setattr("priorsim.census.atlas.counting_digest", lambda: "f" * 64)
    assert re.search(rf"other code, .*{mine[:12]}.*f{{12}}: make it again, or give --trust-other-code", refused(path))
    trusted = StoredAtlas.open(path, trust_other_code=True)
    assert oracle.as_dict(everything(trusted)) == oracle.as_dict(atlas.rows)
    forge(path, change_table=with_column("steps", np.ones_like), digests=False)
    with pytest.raises(AtlasError, match="damaged"):
        everything(StoredAtlas.open(path, trust_other_code=True))


def test_a_file_replaced_while_it_is_read_is_never_mixed_with_another(small, tmp_path):
    path, rows = small
    first = path.read_bytes()
    header = StoredAtlas.open(path).header
    other = Atlas(replace(header, max_bits=14), rows.take(rows.bits <= 14))
    other.save(tmp_path / "other.parquet")
    second = (tmp_path / "other.parquet").read_bytes()
    wanted = {15: oracle.as_dict(rows), 14: oracle.as_dict(other.rows)}
    ended = threading.Event()

    def keep_replacing():
        for turn in itertools.count():
            if ended.is_set():
                return
            (tmp_path / "next").write_bytes((first, second)[turn % 2])
            (tmp_path / "next").replace(path)

    replacing = threading.Thread(target=keep_replacing)
    replacing.start()
    try:
        for _ in range(50):
            stored = StoredAtlas.open(path)
            assert oracle.as_dict(everything(stored)) == wanted[stored.header.max_bits]
            assert len(stored) == len(wanted[stored.header.max_bits])
    finally:
        ended.set()
        replacing.join()


def test_a_file_overwritten_in_place_is_refused(small, atlas):
    path, _ = small
    stored = StoredAtlas.open(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AtlasError):
        everything(stored)


def exchanged_alike(header, rows, name):
    """An atlas's bytes with two values of a column exchanged, laid out in the file as the one without."""

    def written(values):
        file = io.BytesIO()
        write_atlas(header, [replace(rows, **{name: values})], file)
        return file.getvalue()

    values = getattr(rows, name)
    length = len(written(values))
    for place in np.flatnonzero(values[1:] != values[:-1]):
        other = values.copy()
        other[[place, place + 1]] = other[[place + 1, place]]
        if len(written(other)) == length:
            return written(other)
    raise AssertionError(f"no two values of {name} can be exchanged so")


@pytest.mark.parametrize("read", [read_by_batches, read_by_selecting])
@pytest.mark.parametrize("name", ["bits", "behaviour", "strict", "wide", "steps", "searches"])
@pytest.mark.parametrize("columns_before", [0, 2])
def test_an_atlas_overwritten_in_place_with_another_is_refused_or_answers_from_the_first(
    small, monkeypatch, read, name, columns_before
):
    """Both are whole atlases; the second is written into the first's file, before rows are read or amid them."""
    monkeypatch.setattr("priorsim.census.stored.ROW_GROUP_ROWS", 100)
    path, rows = small
    stored = StoredAtlas.open(path)
    second = exchanged_alike(stored.header, rows, name)
    read_column, asked = StoredAtlas.column, itertools.count()

    def overwriting(file, group, column):
        if next(asked) == columns_before:
            with path.open("r+b") as place:
                place.write(second)
        return read_column(file, group, column)

    monkeypatch.setattr(StoredAtlas, "column", overwriting)
    try:
        found = read(stored)
    except AtlasError as error:
        assert f"column {name} of row group" in str(error) and "is not what was written" in str(error)
    else:
        assert oracle.as_dict(found) == oracle.as_dict(rows)


def test_a_file_overwritten_in_place_again_and_again_is_refused_or_one_of_the_two(small):
    path, rows = small
    first = path.read_bytes()
    other = Atlas(replace(StoredAtlas.open(path).header, max_bits=14), rows.take(rows.bits <= 14))
    other.save(path)
    second = path.read_bytes()
    wanted = {15: oracle.as_dict(rows), 14: oracle.as_dict(other.rows)}
    ended = threading.Event()

    def keep_overwriting():
        with path.open("r+b") as file:
            for turn in itertools.count():
                content = (first, second)[turn % 2]
                file.seek(0)
                file.write(content)
                file.truncate()
                file.flush()
                if ended.wait(0.001):
                    return

    overwriting = threading.Thread(target=keep_overwriting)
    overwriting.start()
    try:
        for _ in range(100):
            with suppress(AtlasError):
                stored = StoredAtlas.open(path)
                assert oracle.as_dict(everything(stored)) == wanted[stored.header.max_bits]
    finally:
        ended.set()
        overwriting.join()


def test_a_sum_of_counts_never_wraps():
    bits, count = np.array([3, 4, 3], dtype=np.uint8), np.array([2**63, 7, 2**63], dtype=np.uint64)
    assert counts_by_length(bits, count)[3:5] == [2**64, 7]


def test_a_question_gets_the_rows_it_asks_for_whatever_the_row_groups(atlas, path, monkeypatch):
    monkeypatch.setattr("priorsim.census.stored.ROW_GROUP_ROWS", 100)
    atlas.save(path)
    stored = StoredAtlas.open(path)
    assert pq.read_metadata(path).num_row_groups > 10

    def odd(behaviour):
        return behaviour % np.uint64(7) == 3

    assert oracle.as_dict(stored.select(odd)) == oracle.as_dict(atlas.select(odd))
    assert len(stored.select(lambda behaviour: behaviour == 2**40)) == 0


@pytest.mark.parametrize("max_bits", [1, 2, 13, 20])
def test_an_atlas_that_is_cut_is_that_of_the_smaller_bound(atlas, path, max_bits, monkeypatch):
    monkeypatch.setattr("priorsim.census.stored.ROW_GROUP_ROWS", 100)
    atlas.save(path)
    within = atlas.rows.take(atlas.rows.bits <= max_bits)
    for whole in (atlas, StoredAtlas.open(path)):
        smaller = cut(whole, max_bits)
        assert smaller.header == replace(atlas.header, max_bits=max_bits)
        assert oracle.as_dict(everything(smaller)) == oracle.as_dict(within)
        assert len(smaller) == len(within)


def test_an_atlas_is_not_cut_beyond_its_bound_nor_to_nothing(atlas):
    assert cut(atlas, None) is cut(atlas, atlas.header.max_bits) is atlas
    for max_bits in (-1, 0, atlas.header.max_bits + 1):
        with pytest.raises(CensusError, match=f"up to {atlas.header.max_bits} bits, not {max_bits}: ask for 1 to"):
            cut(atlas, max_bits)


def test_rows_above_the_bound_are_refused(atlas):
    with pytest.raises(AtlasError, match="where the recurrence says 0"):
        Atlas(replace(atlas.header, max_bits=15), atlas.rows)


def test_an_unwritable_place_is_an_error_and_leaves_nothing(atlas, tmp_path):
    for place in (tmp_path / "no" / "such" / "folder.parquet", tmp_path):
        with pytest.raises(StorageError, match=r"cannot be written|is a folder"):
            atlas.save(place)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_file(atlas, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(StorageError, match="No space left"):
        atlas.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]

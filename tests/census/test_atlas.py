"""Atlas files: what was saved comes back, and what is not whole is refused."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from priorsim.census.atlas import METADATA_KEY, Atlas, Rows, merge
from priorsim.census.stored import StoredAtlas
from priorsim.errors import AtlasError, StorageError
from priorsim.storage import check_writable
from tests.census import oracle


@pytest.fixture(scope="module")
def atlas():
    name = "arith-w2-21-with-data"
    keys = oracle.read(name)
    columns = zip(*((k.bits, k.behaviour, k.strict, k.wide, k.steps, k.searches) for k in keys), strict=True)
    kinds = (np.uint8, np.uint64, np.uint64, np.uint64, np.uint32, np.uint8)
    arrays = [np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)]
    rows = merge(Rows(*arrays, np.array(list(keys.values()), dtype=np.uint64)))
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


def rewrite(path, change_metadata=None, change_table=None):
    """Write the file anew with other contents, the way a program that knows Parquet would."""
    table = pq.read_table(path)
    metadata = dict(table.schema.metadata)
    if change_table:
        table = change_table(table)
    if change_metadata:
        values = json.loads(metadata[METADATA_KEY])
        change_metadata(values)
        metadata[METADATA_KEY] = json.dumps(values).encode()
    pq.write_table(table.replace_schema_metadata(metadata), path)


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


@pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 0.99])
def test_a_cut_file_is_refused(path, part):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(AtlasError, match=r"atlas\.parquet: not a whole Parquet file"):
        StoredAtlas.open(path)


def test_every_altered_byte_is_refused_or_changes_nothing(atlas, path):
    whole = path.read_bytes()
    wanted = oracle.as_dict(atlas.rows)
    refused = 0
    for place in range(4, len(whole) - 8, 997):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            assert oracle.as_dict(everything(StoredAtlas.open(path))) == wanted
        except AtlasError:
            refused += 1
    assert refused


def read_by_batches(stored):
    return list(stored.batches())


def read_by_selecting(stored):
    return stored.select(lambda behaviour: np.ones(len(behaviour), dtype=bool))


def lose_a_column(path):
    rewrite(path, change_table=lambda table: table.drop_columns(["strict"]))


def alter_a_page(path):
    column = pq.read_metadata(path).row_group(0).column(3)
    whole = bytearray(path.read_bytes())
    whole[column.data_page_offset + column.total_compressed_size // 2] ^= 0x55
    path.write_bytes(whole)


@pytest.mark.parametrize("read", [read_by_batches, read_by_selecting])
@pytest.mark.parametrize("damage", [lose_a_column, alter_a_page])
def test_damage_found_on_reading_is_told_however_it_is_read(path, damage, read):
    damage(path)
    stored = StoredAtlas.open(path)
    with pytest.raises(AtlasError, match=r"atlas\.parquet: cut or altered"):
        read(stored)


def test_a_changed_count_is_refused(path):
    def one_more(table):
        count = table.column("count").to_numpy().copy()
        count[5] += np.uint64(1)
        return table.set_column(6, "count", [count])

    rewrite(path, change_table=one_more)
    with pytest.raises(AtlasError, match="where the recurrence says"):
        StoredAtlas.open(path)


def test_a_missing_row_is_refused(path):
    rewrite(path, change_table=lambda table: table.slice(1))
    with pytest.raises(AtlasError, match="where the recurrence says"):
        StoredAtlas.open(path)


def test_another_language_version_is_refused(path):
    rewrite(path, change_metadata=lambda values: values.update(language_version="0"))
    with pytest.raises(AtlasError, match="language version 0, this priorsim reads version 1"):
        StoredAtlas.open(path)


@pytest.mark.parametrize("change", [{"dialect": "logic"}, {"max_bits": 20}, {"depth": 1}])
def test_a_description_that_does_not_match_its_rows_is_refused(path, change):
    rewrite(path, change_metadata=lambda values: values.update(change))
    with pytest.raises(AtlasError, match=r"atlas\.parquet: "):
        StoredAtlas.open(path)


def test_a_parquet_file_that_is_no_atlas_is_refused(path):
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    with pytest.raises(AtlasError, match="no atlas"):
        StoredAtlas.open(path)


def test_a_question_gets_the_rows_it_asks_for_whatever_the_row_groups(atlas, path, monkeypatch):
    monkeypatch.setattr("priorsim.census.atlas.ROW_GROUP_ROWS", 100)
    atlas.save(path)
    stored = StoredAtlas.open(path)
    assert pq.read_metadata(path).num_row_groups > 10

    def odd(behaviour):
        return behaviour % np.uint64(7) == 3

    assert oracle.as_dict(stored.select(odd)) == oracle.as_dict(atlas.select(odd))
    assert len(stored.select(lambda behaviour: behaviour == 2**40)) == 0


def test_rows_above_the_bound_are_refused(atlas):
    with pytest.raises(AtlasError, match="where the recurrence says 0"):
        Atlas(replace(atlas.header, max_bits=15), atlas.rows)


def test_an_unwritable_place_is_an_error_and_leaves_nothing(atlas, tmp_path):
    for place in (tmp_path / "no" / "such" / "folder.parquet", tmp_path):
        with pytest.raises(StorageError, match=r"cannot be written|is a folder"):
            check_writable(place)
        with pytest.raises(StorageError, match=r"cannot be written|is a folder"):
            atlas.save(place)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_file(atlas, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(pq, "write_table", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(StorageError, match="No space left"):
        atlas.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]

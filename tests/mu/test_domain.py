"""Words, lanes, packing and domains from files."""

import pytest

from priorsim.errors import DomainError
from priorsim.mu.domain import Domain, check_packed


def test_default_domains_are_those_of_the_language_page():
    sizes = {w: len(Domain.default(w).lanes) for w in range(2, 17)}
    assert [sizes[w] for w in (2, 3, 4)] == [4, 8, 16]
    assert all(sizes[w] == 64 // w for w in range(5, 17))


def test_depth_is_two_where_the_environments_allow_it():
    assert Domain.default(4).default_depth == 2
    assert Domain.default(8).default_depth == 2
    assert Domain(12, ((0,),)).default_depth == 1
    with pytest.raises(DomainError, match="at most 1048576"):
        Domain(12, ((0,),)).check_depth(2)


def test_unpacking_undoes_packing():
    domain = Domain.default(5)
    words = tuple(range(12))
    assert domain.unpack(domain.pack(words)) == words


def test_a_domain_of_more_than_64_bits_is_wide():
    wide = Domain.of_all_words(8)
    assert (len(wide.lanes), wide.is_wide, wide.default_depth) == (256, True, 1)
    assert Domain.of_all_words(6).default_depth == 2
    assert not any(Domain.default(bits).is_wide for bits in range(2, 17))
    check_packed(Domain.default(4))
    with pytest.raises(DomainError, match=r"2048 bits of behaviour, .* give 8 lanes or fewer, or .* 'priorsim odds'"):
        check_packed(wide)
    wide.check_depth(1)
    with pytest.raises(DomainError, match="256 lanes of 8-bit words have 16777216 environments at depth 2"):
        wide.check_depth(2)


@pytest.mark.parametrize(
    ("bits", "lanes", "words"),
    [
        (4, ((0,),) * 17, "lane 1: the same inputs stand in lane 0 already"),
        (9, tuple((word,) for word in range(8)), "of words of more than 8 bits at most 64 fit, give 7 lanes or fewer"),
        (8, ((0,),) * 65_537, "65537 lanes are too many: give at most 65536"),
    ],
)
def test_wide_domains_have_bounds_and_no_lane_twice(bits, lanes, words):
    with pytest.raises(DomainError, match=words):
        Domain(bits, lanes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "give the column names"),
        ("x\n", "give the column names"),
        ("x,y\n1\n", "line 2: 1 cells for 2 columns: give one for each"),
        ("x\n16\n", "line 2: word 16 is out of range 0 to 15"),
        ("x\n-1\n", "line 2: '-1' is not a word"),
        ("x,x\n1,1\n", "repeat"),
        ("x,output\n1,1\n", "column 'output' belongs to a world"),
        ("x,train\n1,1\n", "column 'train' belongs to a world"),
        ("# word_bits = 4\nx\n1\n", "line 1: a line of # belongs to a world's file"),
        ("x,y\n1,2\n3,2\n1,2\n", "line 4: the same inputs stand in lane 0 already"),
        ("add\n1\n", "cannot name a column"),
        ("x;y\n1;2\n", "line 1: cells are separated by commas"),
        ("x\ty\n1\t2\n", "line 1: cells are separated by commas"),
        ("x\n" + "0\n" * 100_000, "line 65538: there are more than 65536 lanes"),
        (",".join(f"x{place}" for place in range(65)) + "\n" + "0," * 64 + "0\n", "65 columns are too many"),
        ("x\n٣\n", "line 2: '٣' is not a word"),
        ("x\n" + "9" * 5000 + "\n", "line 2: word 999999999... (5000 characters) is out of range"),
        ('x\n"1\n', "not a line of CSV"),
        ("x\n" + "1" * 200_000 + "\n", "not a line of CSV (field larger than field limit"),
    ],
)
def test_malformed_domain_files_name_the_line(tmp_path, text, words):
    path = tmp_path / "domain.csv"
    path.write_text(text)
    with pytest.raises(DomainError, match=r".") as caught:
        Domain.from_csv(path, 4)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_domain_file_gives_columns_lanes_and_context(tmp_path):
    path = tmp_path / "domain.csv"
    path.write_text('"o:context",q,\r1,2,\r,,\r3,4,\r', encoding="utf-8-sig")
    domain = Domain.from_csv(path, 4)
    assert (domain.columns, domain.context, domain.lanes) == (("o", "q"), ("o",), ((1, 2), (3, 4)))


def test_a_missing_domain_file_is_one_clear_line(tmp_path):
    with pytest.raises(DomainError, match=r"none\.csv: cannot be read \(No such file"):
        Domain.from_csv(tmp_path / "none.csv", 4)

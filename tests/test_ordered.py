"""The ordered line against a plain sorted list."""

import bisect
import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from routekit._kernel.ordered import Line, Node

Key = tuple[float, float, float, float, int]

# Few values, so that ties go down to the last part of the key; the zeros are one value with two signs.
PARTS = st.sampled_from([-1.5, -0.0, 0.0, 1.0, 2.0, float("-inf"), float("inf")])
KEYS = st.tuples(PARTS, PARTS, PARTS, PARTS, st.integers(-3, 3))


def key(node: Node) -> Key:
    return (node.a, node.b, node.c, node.d, node.seq)


def make(a: float, seq: int = 0) -> Node:
    return Node(seq, None, a)


def filled(count: int) -> tuple[Line, list[Node]]:
    line = Line()
    nodes = [make(float(i), i) for i in range(count)]
    for node in nodes:
        line.add(node)
    return line, nodes


def assert_same(line: Line, model: list[Node]) -> None:
    """The line holds the very nodes of the sorted list, and every way to read it says so."""
    line.check()
    held = list(line)
    assert len(line) == line.size == len(held) == len(model)
    assert all(here is there for here, there in zip(held, model, strict=True))
    assert line.first() is (model[0] if model else None)
    assert line.last() is (model[-1] if model else None)
    parts = [node for index in range(line.parts()) for node in line.part(index)]
    assert all(here is there for here, there in zip(parts, model, strict=True))


class TestNode:
    def test_has_its_key_and_item(self) -> None:
        item = object()
        node = Node(4, item, 1.0, 2.0, 3.0, 4.0)
        assert key(node) == (1.0, 2.0, 3.0, 4.0, 4)
        assert node.item is item

    def test_key_is_zero_but_for_the_sequence_by_default(self) -> None:
        assert key(Node(4, None)) == (0.0, 0.0, 0.0, 0.0, 4)

    @given(KEYS, KEYS)
    def test_order_is_that_of_tuples(self, left: Key, right: Key) -> None:
        one, other = Node(left[4], None, *left[:4]), Node(right[4], None, *right[:4])
        assert one.before(other) == (left < right)
        assert one.below(*right) == (left < right)

    def test_large_sequences_compare_exactly(self) -> None:
        assert Node(2**53, None).before(Node(2**53 + 1, None))
        assert not Node(2**53 + 1, None).before(Node(2**53, None))

    def test_copy_key(self) -> None:
        node, other = Node(1, "mine"), Node(2, "other", 3.0, 4.0, 5.0, 6.0)
        node.copy_key(other)
        assert key(node) == key(other)
        assert node.item == "mine"


class TestEmpty:
    def test_has_nothing(self) -> None:
        line = Line()
        assert_same(line, [])
        assert line.parts() == 0
        assert line.rank(make(1.0)) == 0
        assert line.first_after(0.0, 0.0, 0.0, 0.0, 0) is None
        assert line.first_not_below(0.0, 0.0, 0.0, 0.0, 0) is None
        assert line.next_after(make(0.0)) is None

    @pytest.mark.parametrize("k", [-1, 0, 1])
    def test_refuses_positions(self, k: int) -> None:
        with pytest.raises(IndexError, match="position"):
            Line().kth(k)
        with pytest.raises(IndexError, match="part"):
            Line().part(k)

    def test_is_empty_again(self) -> None:
        line, nodes = filled(1)
        line.remove(nodes[0])
        assert_same(line, [])


@pytest.mark.parametrize("count", [1, 2, 3, 128, 129, 130, 1000])
class TestRefusals:
    def test_equal_key(self, count: int) -> None:
        line, nodes = filled(count)
        for node in (nodes[0], nodes[count // 2], nodes[-1]):
            with pytest.raises(AssertionError, match="once"):
                line.add(make(node.a, node.seq))
        assert_same(line, nodes)

    def test_node_with_equal_key_is_not_removed(self, count: int) -> None:
        line, nodes = filled(count)
        for node in (nodes[0], nodes[count // 2], nodes[-1]):
            with pytest.raises(AssertionError, match="not in this line"):
                line.remove(make(node.a, node.seq))
        assert_same(line, nodes)

    @pytest.mark.parametrize("a", [-1.0, 0.5, 1e9])
    def test_absent_node(self, count: int, a: float) -> None:
        line, nodes = filled(count)
        with pytest.raises(AssertionError, match="not in this line"):
            line.remove(make(a))
        assert_same(line, nodes)

    def test_position_out_of_range(self, count: int) -> None:
        line, _ = filled(count)
        for k in (-1, count, count + 1):
            with pytest.raises(IndexError, match="position"):
                line.kth(k)
        for index in (-1, line.parts()):
            with pytest.raises(IndexError, match="part"):
                line.part(index)


def test_remove_from_an_emptied_line() -> None:
    line, nodes = filled(1)
    line.remove(nodes[0])
    with pytest.raises(AssertionError, match="not in this line"):
        line.remove(nodes[0])


def test_clear() -> None:
    for count in (0, 1, 1000):
        line, _ = filled(count)
        line.clear()
        assert_same(line, [])
        node = make(1.0)
        line.add(node)
        assert_same(line, [node])


def test_one_node_in_two_lines() -> None:
    node = make(1.0)
    one, other = Line(), Line()
    one.add(node)
    other.add(node)
    one.remove(node)
    assert_same(one, [])
    assert_same(other, [node])


def test_search_for_the_greatest_sequence() -> None:
    line = Line()
    node = Node(2**63 - 1, None)
    line.add(node)
    assert line.first_not_below(0.0, 0.0, 0.0, 0.0, 2**63 - 1) is node
    assert line.first_after(0.0, 0.0, 0.0, 0.0, 2**63 - 1) is None
    assert line.first_after(0.0, 0.0, 0.0, 0.0, 2**63 - 2) is node


def test_search_looks_at_every_part_of_the_key() -> None:
    line = Line()
    node = Node(7, None, 1.0, 2.0, 3.0, 4.0)
    line.add(node)
    least = (1.0, 2.0, 3.0, 4.0, 7)
    assert line.first_after(*least) is None
    for part in range(5):
        entry = (*least[:part], least[part] - 1, *least[part + 1 :])
        assert line.first_after(*entry) is node
        assert line.first_not_below(*entry) is node


@pytest.mark.parametrize("blocks", [1, 2])
def test_borders_of_index_blocks(blocks: int) -> None:
    """128 entries to a chunk and 64 chunks to a block: full blocks, with one entry more, and shrinking past them."""
    count = blocks * 128 * 128
    line, nodes = filled(count)
    for k in (0, 127, 128, 128 * 33, 128 * 64 - 1, 128 * 64, 128 * 128 - 1, count - 128, count - 1):
        assert line.kth(k) is nodes[k]
        assert line.rank(nodes[k]) == k
    line.check()
    nodes.append(make(float(count), count))
    line.add(nodes[count])
    line.check()
    for k in (128 * 128 - 1, count - 1, count):
        assert line.kth(k) is nodes[k]
        assert line.rank(nodes[k]) == k
    for node in nodes[:300]:
        line.remove(node)
        if line.size % 128 < 2:
            line.check()
            assert line.kth(count - 1 - node.seq) is nodes[count]
    line.add(nodes[0])
    line.check()


@pytest.mark.parametrize("count", [3, 128, 129, 300, 20_000])
def test_positions(count: int) -> None:
    line, nodes = filled(count)
    line.check()
    step = max(1, count // 1000)
    for k in range(0, count, step):
        assert line.kth(k) is nodes[k]
        assert line.rank(nodes[k]) == k
        assert line.rank(make(k + 0.5)) == k + 1
        following = nodes[k + 1] if k + 1 < count else None
        assert line.next_after(nodes[k]) is following
        assert line.first_after(k + 0.5, 0.0, 0.0, 0.0, 0) is following
        assert line.first_not_below(k - 0.5, 0.0, 0.0, 0.0, 0) is nodes[k]
    assert line.rank(make(-1.0)) == 0
    assert line.rank(make(1e9)) == count
    assert line.first_not_below(1e9, 0.0, 0.0, 0.0, 0) is None
    assert line.first_after(1e9, 0.0, 0.0, 0.0, 0) is None


SPREADS: dict[str, Callable[[random.Random, int], float]] = {
    "evenly": lambda chance, number: float(number),
    "all at once": lambda chance, number: 7.0,
    "in bursts": lambda chance, number: float(number // 40),
    "ever rarer": lambda chance, number: 1.01**number,
    "at random": lambda chance, number: chance.random(),
    "mostly at the end": lambda chance, number: chance.random() ** 0.05,
    "with infinities": lambda chance, number: chance.choice((-math.inf, 1.0, chance.random(), math.inf)),
    "far apart": lambda chance, number: chance.choice((-1.7e308, 0.0, 5e-324, 1.7e308)),
}


@pytest.mark.parametrize("name", SPREADS)
def test_ranks_and_marks_wherever_the_keys_lie(name: str) -> None:
    chance = random.Random(11)
    line = Line()
    keys = [(SPREADS[name](chance, number), number) for number in range(1_500)]
    chance.shuffle(keys)
    for a, seq in keys:
        line.add(make(a, seq))
    keys.sort()
    for place, (a, seq) in enumerate(keys):
        assert line.rank(make(a, seq)) == place
        for other in (a, math.nextafter(a, -math.inf), math.nextafter(a, math.inf)):
            assert line.rank(make(other, 10**9)) == bisect.bisect_left(keys, (other, 10**9))
    for most in (0, 1, 7, 8, 9, 127, 128, 129, 640, 1_499, 1_500):
        pieces = min(8, most)
        middles = [(n * most // pieces + (n + 1) * most // pieces) // 2 for n in range(pieces)]
        assert [node.seq for node in line.marks(most, pieces)] == [keys[middle][1] for middle in middles]


def test_marks_across_blocks() -> None:
    for count in (128 * 64, 128 * 64 + 1, 40_000):
        for indexed in (False, True):
            line, nodes = filled(count)
            for node in nodes[:900:3]:
                line.remove(node)
            left = [node for number, node in enumerate(nodes) if number >= 900 or number % 3]
            if indexed:
                assert line.rank(left[count // 2]) == count // 2
            for most in (8, 500, len(left) // 2, len(left)):
                middles = [(n * most // 8 + (n + 1) * most // 8) // 2 for n in range(8)]
                assert line.marks(most, 8) == [left[middle] for middle in middles]


def test_there_are_no_more_marks_than_entries() -> None:
    line, _ = filled(200)
    for most, pieces in ((201, 8), (7, 8), (0, 1)):
        with pytest.raises(IndexError, match="no such pieces"):
            line.marks(most, pieces)
    assert Line().marks(0, 0) == []


def test_grows_at_the_end_without_half_empty_chunks() -> None:
    line, _ = filled(128 * 50)
    assert line.parts() == 50


def test_queue_of_many_chunks() -> None:
    """First in, first out, with ranks asked for: chunks go at the head and come at the tail across index blocks."""
    count = 40_000
    line, nodes = filled(count)
    assert line.rank(nodes[count - 1]) == count - 1
    for turn in range(2 * count):
        head = line.first()
        assert head is nodes[turn]
        line.remove(head)
        node = make(float(count + turn), count + turn)
        nodes.append(node)
        line.add(node)
        if turn % 997 == 0:
            line.check()
            assert line.rank(node) == count - 1
            assert line.kth(count // 2) is nodes[turn + 1 + count // 2]
    line.check()


@pytest.mark.parametrize("indexed", [False, True])
def test_large_and_random(indexed: bool) -> None:
    """Some hundreds of chunks, several blocks of the index, growing and shrinking at random places."""
    source = random.Random(4)
    line = Line()
    keys: list[tuple[float, int]] = []
    held: dict[tuple[float, int], Node] = {}
    for phase, target in enumerate([30_000, 12_000, 34_000, 500, 3_000, 0]):
        turn = 0
        while len(keys) != target:
            turn += 1
            grow = len(keys) < target
            if source.random() < 0.2 and keys:
                grow = not grow
            if grow:
                entry = (source.random(), turn + phase * 10**6)
                held[entry] = make(*entry)
                line.add(held[entry])
                bisect.insort(keys, entry)
            else:
                # Now and then a run of neighbours, which empties chunks in the middle.
                at = len(keys) // 3 if source.random() < 0.5 else source.randrange(len(keys))
                line.remove(held.pop(keys.pop(at)))
            if indexed and keys and turn % 10 == 0:
                at = source.randrange(len(keys))
                assert line.rank(held[keys[at]]) == at
                assert line.kth(at) is held[keys[at]]
            if turn % 4999 == 0:
                line.check()
        assert_same(line, [held[entry] for entry in keys])


class Lines(RuleBasedStateMachine):
    """Short lines and lines of a few chunks: every operation, mixed, against a sorted list."""

    nodes: Bundle[Node] = Bundle("nodes")

    def __init__(self) -> None:
        super().__init__()
        self.line = Line()
        self.keys: list[Key] = []
        self.held: dict[Key, Node] = {}
        self.turn = 0

    def put(self, entry: Key) -> None:
        node = Node(entry[4], None, *entry[:4])
        if entry in self.held:
            with pytest.raises(AssertionError, match="once"):
                self.line.add(node)
            return
        self.line.add(node)
        bisect.insort(self.keys, entry)
        self.held[entry] = node

    def take(self, at: int) -> None:
        self.line.remove(self.held.pop(self.keys.pop(at)))

    @initialize(count=st.sampled_from([0, 0, 0, 127, 128, 129, 400]))
    def start(self, count: int) -> None:
        for i in range(count):
            self.put((0.0, float(i), 0.0, 0.0, 0))

    @rule(entry=KEYS)
    def add(self, entry: Key) -> None:
        self.put(entry)

    @rule(place=st.floats(-1.0, 500.0), count=st.integers(1, 150))
    def add_many(self, place: float, count: int) -> None:
        self.turn += 1
        for i in range(count):
            self.put((0.0, place, 0.0, float(i), self.turn + 10))

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.take(data.draw(st.integers(0, len(self.keys) - 1)))

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def remove_many(self, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(self.keys) - 1))
        count = data.draw(st.integers(1, 250))
        for _ in range(min(count, len(self.keys) - start)):
            self.take(start)

    @rule(entry=KEYS)
    def remove_absent(self, entry: Key) -> None:
        with pytest.raises(AssertionError, match="not in this line"):
            self.line.remove(Node(entry[4], None, *entry[:4]))

    @rule(entry=KEYS)
    def look(self, entry: Key) -> None:
        node = Node(entry[4], None, *entry[:4])
        left, right = bisect.bisect_left(self.keys, entry), bisect.bisect_right(self.keys, entry)
        model = [self.held[there] for there in self.keys]
        assert self.line.rank(node) == left
        assert self.line.first_not_below(*entry) is (model[left] if left < len(model) else None)
        assert self.line.first_after(*entry) is (model[right] if right < len(model) else None)
        assert self.line.next_after(node) is (model[right] if right < len(model) else None)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def look_at_one(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.keys) - 1))
        node = self.held[self.keys[at]]
        assert self.line.kth(at) is node
        assert self.line.rank(node) == at
        following = self.held[self.keys[at + 1]] if at + 1 < len(self.keys) else None
        assert self.line.next_after(node) is following

    @rule()
    def clear(self) -> None:
        self.line.clear()
        self.keys.clear()
        self.held.clear()

    @invariant()
    def same(self) -> None:
        assert_same(self.line, [self.held[entry] for entry in self.keys])


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

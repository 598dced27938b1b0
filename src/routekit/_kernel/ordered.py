"""Ordered lines: entries in the order of a key, short or very long.

What lives here: `Node`, an entry that carries its own key, and `Line`, an ordered line of them. What may not: anything
that knows what an entry is for, a clock, or a configuration. Nothing here calls user code and nothing here is public.

Prior art is `sortedcontainers`: a list of short sorted lists beats a tree in CPython. This differs in four ways.
Entries carry their keys, so that a comparison reads C fields and makes no tuple. A line of at most one chunk, which is
nearly every line, is one plain list. The positional index is two levels that are corrected in place, where
`sortedcontainers` rebuilds a tree after every change: a router asks for a rank between changes. And a key occurs once,
so `remove` finds one entry or fails. It costs about 10 bytes an entry beside the node in a long line.

Never index from the end with a negative number in this file: the compiled build reads it as an address.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

__all__ = ["Line", "Node"]

# A chunk longer than this is split. An insertion moves at most this many pointers, 1 KiB: about as much as one miss.
_CHUNK = 128
# A chunk with a neighbour on each side and fewer entries than this is merged. A quarter, so that a split (two halves)
# is far from a merge, and a line that goes to and fro over one border does not copy chunks all the time.
_FEWEST = 32
# The positional index sums chunks in blocks of 2 ** this. At 1,000,000 entries: about 125 blocks of 64 chunks.
_BLOCK = 6
_CHUNKS = 64


class Node:
    """An entry of a line: a key `(a, b, c, d, seq)` and what it stands for.

    There are no links to a line here, so that one node can be in several lines at a time. The key may be changed only
    while the node is in none. No part of a key may be NaN; infinities are fine.

    >>> Node(7, "contact", 1.0)
    <Node 1.0 0.0 0.0 0.0 7 'contact'>
    """

    __slots__ = ("a", "b", "c", "d", "item", "seq")

    a: float
    b: float
    c: float
    seq: int
    item: Any  # who files a node knows what is in it; `object` would put a cast at every use

    def __init__(self, seq: int, item: Any, a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0) -> None:
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.seq = seq
        self.item = item

    def stand_for(self, seq: int, item: Any) -> None:
        """Fill a node made by `Node.__new__`: a third of a constructor's cost where nodes are made often."""
        self.a = 0.0
        self.b = 0.0
        self.c = 0.0
        self.d = 0.0
        self.seq = seq
        self.item = item

    def below(self, a: float, b: float, c: float, d: float, seq: int) -> bool:
        """Return whether this node's key is less than the key given. Cost: O(1)."""
        if self.a != a:
            return self.a < a
        if self.b != b:
            return self.b < b
        if self.c != c:
            return self.c < c
        if self.d != d:
            return self.d < d
        return self.seq < seq

    def before(self, other: Node) -> bool:
        """Return whether this node comes before the other one. Cost: O(1).

        >>> Node(1, None, 1.0).before(Node(2, None, 1.0))
        True
        """
        return self.below(other.a, other.b, other.c, other.d, other.seq)

    def copy_key(self, other: Node) -> None:
        """Take over the other node's key, while this one is in no line. Cost: O(1)."""
        self.a = other.a
        self.b = other.b
        self.c = other.c
        self.d = other.d
        self.seq = other.seq

    def __repr__(self) -> str:
        return f"<Node {self.a!r} {self.b!r} {self.c!r} {self.d!r} {self.seq!r} {self.item!r}>"


class Line:
    """Nodes in the order of `(a, b, c, d, seq)`, smallest first.

    Either `_chunks` is None and `_short` holds everything, or `_chunks` holds at least two chunks, `_lasts` the last
    node of each (a search then touches no chunk but one), and `_sums`, once somebody asked for a position, the number
    of entries in each block of chunks. A line that no one asks for a position never pays for the index.

    >>> line = Line()
    >>> for seq, a in enumerate([3.0, 1.0, 2.0]):
    ...     line.add(Node(seq, None, a))
    >>> [node.a for node in line]
    [1.0, 2.0, 3.0]
    >>> line.kth(1).a, line.rank(line.kth(1)), len(line)
    (2.0, 1, 3)
    """

    __slots__ = ("_chunks", "_lasts", "_short", "_sums", "size")

    size: int
    _short: list[Node] | None
    _chunks: list[list[Node]] | None
    _lasts: list[Node] | None
    _sums: list[int] | None

    def __init__(self) -> None:
        self.size = 0
        self._short = None
        self._chunks = None
        self._lasts = None
        self._sums = None

    def __len__(self) -> int:
        return self.size

    # --- changes -----------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> None:
        """Put a node in its place; AssertionError if its key is here already.

        Cost: O(log n) comparisons and a move of at most one chunk; at the end of the line O(1).
        """
        if self._chunks is not None:
            self._add_long(node)
            return
        short = self._short
        if short is None:
            self._short = [node]
            self.size = 1
            return
        size = self.size
        if size > 0:
            last = short[size - 1]
            if not last.before(node):
                at = self._place(short, node.a, node.b, node.c, node.d, node.seq)
                here = short[at]
                if not node.before(here):
                    raise AssertionError("a line holds a key once")
                short.insert(at, node)
                self.size = size + 1
                if size == _CHUNK:
                    self._lengthen()
                return
        short.append(node)
        self.size = size + 1
        if size == _CHUNK:
            self._lengthen()

    def remove(self, node: Node) -> None:
        """Take this very node out; AssertionError if it is not here.

        Cost: O(log n) comparisons and a move of at most one chunk; no comparison at the head or the end of a long line.
        """
        if self._chunks is not None:
            self._remove_long(node)
            return
        short = self._short
        size = self.size
        if short is None or size == 0:
            raise AssertionError("the node is not in this line")
        at = 0
        here = short[0]
        if here is not node:
            at = self._place(short, node.a, node.b, node.c, node.d, node.seq)
            if at == size:
                raise AssertionError("the node is not in this line")
            here = short[at]
            if here is not node:
                raise AssertionError("the node is not in this line")
        short.pop(at)
        self.size = size - 1

    def clear(self) -> None:
        """Take everything out. Cost: O(n)."""
        self.size = 0
        self._short = None
        self._chunks = None
        self._lasts = None
        self._sums = None

    # --- the ends and the order --------------------------------------------------------------------------------------

    def first(self) -> Node | None:
        """Return the least node, None if the line is empty. Cost: O(1)."""
        if self.size == 0:
            return None
        chunk = self.part(0)
        return chunk[0]

    def last(self) -> Node | None:
        """Return the greatest node, None if the line is empty. Cost: O(1)."""
        if self.size == 0:
            return None
        chunk = self.part(self.parts() - 1)
        return chunk[len(chunk) - 1]

    def first_not_below(self, a: float, b: float, c: float, d: float, seq: int) -> Node | None:
        """Return the first node whose key is equal to the one given or greater, None if there is none.

        Cost: O(log n).

        >>> line = Line()
        >>> line.add(Node(5, None, 1.0))
        >>> line.first_not_below(1.0, 0.0, 0.0, 0.0, 5), line.first_not_below(1.0, 0.0, 0.0, 0.0, 6)
        (<Node 1.0 0.0 0.0 0.0 5 None>, None)
        """
        if self.size == 0:
            return None
        index = 0
        lasts = self._lasts
        if lasts is not None:
            index = self._place(lasts, a, b, c, d, seq)
            if index == len(lasts):
                return None
        chunk = self.part(index)
        at = self._place(chunk, a, b, c, d, seq)
        if at == len(chunk):
            return None
        return chunk[at]

    def first_after(self, a: float, b: float, c: float, d: float, seq: int) -> Node | None:
        """Return the first node whose key is strictly greater than the one given, None if there is none.

        Cost: O(log n). The key need not be in the line, nor `seq` be below the largest integer: this does not search
        for `seq + 1`, which would overflow there.

        >>> line = Line()
        >>> line.add(Node(5, None, 1.0))
        >>> line.first_after(1.0, 0.0, 0.0, 0.0, 5), line.first_after(1.0, 0.0, 0.0, 0.0, 4)
        (None, <Node 1.0 0.0 0.0 0.0 5 None>)
        """
        if self.size == 0:
            return None
        index = 0
        lasts = self._lasts
        if lasts is not None:
            index = self._place(lasts, a, b, c, d, seq)
            if index == len(lasts):
                return None
        chunk = self.part(index)
        at = self._place(chunk, a, b, c, d, seq)
        if at < len(chunk):
            here = chunk[at]
            if here.a == a and here.b == b and here.c == c and here.d == d and here.seq == seq:
                at += 1
        if at == len(chunk):
            if index + 1 >= self.parts():
                return None
            chunk = self.part(index + 1)
            at = 0
        return chunk[at]

    def next_after(self, node: Node) -> Node | None:
        """Return the node that follows this one, which need not be in the line; None at the end. Cost: O(log n).

        A walk by this can be left, the line changed, and the walk gone on with from any node.
        """
        return self.first_after(node.a, node.b, node.c, node.d, node.seq)

    def parts(self) -> int:
        """Return in how many parts the line is stored; 0 if it is empty. Cost: O(1)."""
        chunks = self._chunks
        if chunks is not None:
            return len(chunks)
        return 1 if self.size > 0 else 0

    def part(self, index: int) -> list[Node]:
        """Return a part, in order, to be read before the line changes and never to be written. Cost: O(1).

        The fastest walk from the head, a few nanoseconds a node compiled:

        >>> line = Line()
        >>> for seq in range(300):
        ...     line.add(Node(seq, None))
        >>> sum(node.seq for index in range(line.parts()) for node in line.part(index))
        44850
        """
        chunks = self._chunks
        if chunks is not None:
            if index < 0 or index >= len(chunks):
                raise IndexError("a line has no such part")
            return chunks[index]
        short = self._short
        if short is None or index != 0 or self.size == 0:
            raise IndexError("a line has no such part")
        return short

    def __iter__(self) -> Iterator[Node]:
        """Yield the nodes in order; the line may not change meanwhile. Cost: O(1) a node."""
        for index in range(self.parts()):
            yield from self.part(index)

    # --- positions ---------------------------------------------------------------------------------------------------

    def kth(self, k: int) -> Node:
        """Return the node with k others before it; IndexError if there is none such (also for a negative k).

        Cost: O(1) within the first part, else O(sqrt(number of chunks)), the first time O(number of chunks).
        """
        if k < 0 or k >= self.size:
            raise IndexError("a line has no such position")
        left = k
        chunk = self.part(0)
        if left < len(chunk):
            return chunk[left]
        chunks = self._chunks
        assert chunks is not None
        sums = self._sums
        if sums is None:
            sums = self._index()
        block = 0
        count = sums[0]
        while left >= count:
            left -= count
            block += 1
            count = sums[block]
        index = block << _BLOCK
        chunk = chunks[index]
        while left >= len(chunk):
            left -= len(chunk)
            index += 1
            chunk = chunks[index]
        return chunk[left]

    def rank(self, node: Node) -> int:
        """Return how many entries have a lesser key; the node itself may be in the line or not.

        Cost: O(log n) comparisons and O(sqrt(number of chunks)) additions, the first time O(number of chunks).
        """
        if self.size == 0:
            return 0
        chunks = self._chunks
        if chunks is None:
            return self._place(self.part(0), node.a, node.b, node.c, node.d, node.seq)
        lasts = self._lasts
        assert lasts is not None
        # Who has just come is asked most, and is at the end: nothing has to be searched, and no cold memory touched.
        here = lasts[len(lasts) - 1]
        if here is node:
            return self.size - 1
        if here.below(node.a, node.b, node.c, node.d, node.seq):
            return self.size
        chunk = chunks[0]
        here = chunk[0]
        if not here.below(node.a, node.b, node.c, node.d, node.seq):
            return 0
        index = self._near(lasts, here, lasts[len(lasts) - 1], node)
        sums = self._sums
        if sums is None:
            sums = self._index()
        if index > 0:
            here = lasts[index - 1]
        before = self._near(chunks[index], here, lasts[index], node)
        block = index >> _BLOCK
        for other in range(block):
            count = sums[other]
            before += count
        begin = block << _BLOCK
        end = begin + _CHUNKS
        if index - begin > _CHUNKS >> 1 and end <= len(chunks):
            # The nearer end of the block: each chunk that is asked for its length is a place in memory of its own.
            count = sums[block]
            before += count
            for other in range(index, end):
                chunk = chunks[other]
                before -= len(chunk)
            return before
        for other in range(begin, index):
            chunk = chunks[other]
            before += len(chunk)
        return before

    def marks(self, most: int, pieces: int) -> list[Node]:
        """Cut the first `most` entries into so many pieces as even as can be, and return the middle node of each.

        What `kth` would find: piece i is from `i * most // pieces` to the next, and its middle half way, rounded down.
        Cost: O(sqrt(number of chunks)) for each, the first time O(number of chunks).

        >>> line = Line()
        >>> for seq in range(10):
        ...     line.add(Node(seq, None))
        >>> [node.seq for node in line.marks(9, 4)]
        [1, 3, 5, 7]
        """
        found: list[Node] = []
        if pieces < 1:
            return found
        if most < pieces or most > self.size:
            raise IndexError("a line has no such pieces")
        chunks = self._chunks
        chunk = self.part(0)
        start = 0  # of this chunk
        index = 0
        begin = 0  # of its block
        block = 0
        sums = self._sums
        if chunks is not None and sums is None:
            sums = self._index()
        last = 0
        for number in range(1, pieces + 1):
            first = last
            last = number * most // pieces
            wanted = (first + last) >> 1
            if wanted >= start + len(chunk):
                assert chunks is not None and sums is not None
                count = sums[block]
                if wanted >= begin + count:
                    while wanted >= begin + count:
                        begin += count
                        block += 1
                        count = sums[block]
                    index = block << _BLOCK
                    start = begin
                    chunk = chunks[index]
                while wanted >= start + len(chunk):
                    start += len(chunk)
                    index += 1
                    chunk = chunks[index]
            found.append(chunk[wanted - start])
        return found

    # --- within ------------------------------------------------------------------------------------------------------

    def _place(self, nodes: list[Node], a: float, b: float, c: float, d: float, seq: int) -> int:
        """Return the index of the first node that is not below the key, `len(nodes)` if all are. Cost: O(log n)."""
        low = 0
        high = len(nodes)
        while low < high:
            middle = (low + high) >> 1
            node = nodes[middle]
            if node.below(a, b, c, d, seq):
                low = middle + 1
            else:
                high = middle
        return low

    def _near(self, nodes: list[Node], before: Node, last: Node, key: Node) -> int:
        """As `_place`, of a key above `before`, the last node of the chunk before, and not above `last`, that of this.

        It begins where the key is if those between are spread evenly, and goes on by growing steps: each node that is
        looked at is a place in memory, and those who wait long lie in cold memory. Cost: O(log n), two or three nodes
        where they are spread evenly.
        """
        size = len(nodes)
        part = 0.5
        span = last.a - before.a
        if span > 0.0:
            part = (key.a - before.a) / span
        elif last.seq > before.seq:
            span = last.seq - before.seq
            part = (key.seq - before.seq) / span
        low = 0
        high = size - 1
        # Infinite keys have no part.
        at = int(part * size) if 0.0 <= part < 1.0 else high >> 1
        step = 2
        node = nodes[at]
        if node.below(key.a, key.b, key.c, key.d, key.seq):
            low = at + 1
            at = low + 1
            while at < high:
                node = nodes[at]
                if not node.below(key.a, key.b, key.c, key.d, key.seq):
                    high = at
                    break
                low = at + 1
                at = low + step
                step = step * 2
        else:
            high = at
            at = high - 1
            while at >= low:
                node = nodes[at]
                if node.below(key.a, key.b, key.c, key.d, key.seq):
                    low = at + 1
                    break
                high = at
                at = high - step
                step = step * 2
        while low < high:
            at = (low + high) >> 1
            node = nodes[at]
            if node.below(key.a, key.b, key.c, key.d, key.seq):
                low = at + 1
            else:
                high = at
        return low

    def _lengthen(self) -> None:
        """Go from one list, that has just grown too long, to chunks."""
        short = self._short
        assert short is not None
        # The last entry alone, not half and half: a line that outgrows one chunk mostly grows at its end.
        size = len(short)
        left = short[: size - 1]
        right = short[size - 1 :]
        self._chunks = [left, right]
        self._lasts = [left[size - 2], right[0]]
        self._short = None
        self._sums = None

    def _shorten(self) -> None:
        """Go from one remaining chunk back to one list."""
        chunks = self._chunks
        assert chunks is not None
        self._short = chunks[0]
        self._chunks = None
        self._lasts = None
        self._sums = None

    def _add_long(self, node: Node) -> None:
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        index = len(chunks) - 1
        here = lasts[index]
        if here.before(node):
            chunk = chunks[index]
            if len(chunk) >= _CHUNK:
                # A full last chunk is left as it is: split in halves, a line that only grows would stay half empty.
                self._put(index + 1, [node])
            else:
                chunk.append(node)
                lasts[index] = node
                self._count(index, 1)
            self.size += 1
            return
        index = self._place(lasts, node.a, node.b, node.c, node.d, node.seq)
        chunk = chunks[index]
        at = self._place(chunk, node.a, node.b, node.c, node.d, node.seq)
        here = chunk[at]
        if not node.before(here):
            raise AssertionError("a line holds a key once")
        chunk.insert(at, node)
        self._count(index, 1)
        self.size += 1
        if len(chunk) > _CHUNK:
            self._split(index)

    def _remove_long(self, node: Node) -> None:
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        index = 0
        at = 0
        chunk = chunks[0]
        here = chunk[0]
        if here is not node:
            index = len(chunks) - 1
            here = lasts[index]
            if here is node:
                chunk = chunks[index]
                at = len(chunk) - 1
            else:
                index = self._place(lasts, node.a, node.b, node.c, node.d, node.seq)
                if index == len(chunks):
                    raise AssertionError("the node is not in this line")
                chunk = chunks[index]
                at = self._place(chunk, node.a, node.b, node.c, node.d, node.seq)
                here = chunk[at]
                if here is not node:
                    raise AssertionError("the node is not in this line")
        chunk.pop(at)
        self.size -= 1
        self._count(index, -1)
        left = len(chunk)
        if left == 0:
            self._drop(index)
        else:
            if at == left:
                lasts[index] = chunk[left - 1]
            # The first and the last chunk may get short: heads are popped and tails grow, and merging there would
            # copy a neighbour for each chunk that passes through.
            if left < _FEWEST and index > 0 and index + 1 < len(chunks):
                self._merge(index)
        if len(chunks) == 1:
            self._shorten()

    def _split(self, index: int) -> None:
        """Make two chunks of one that has grown too long."""
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        chunk = chunks[index]
        half = len(chunk) >> 1
        # Two fresh slices, not a deletion in place, which would leave the left half twice the memory it needs.
        left = chunk[:half]
        right = chunk[half:]
        chunks[index] = left
        lasts[index] = left[half - 1]
        self._count(index, -len(right))
        self._put(index + 1, right)

    def _merge(self, index: int) -> None:
        """Join a chunk that has got too short with its shorter neighbour, or share the two's entries evenly."""
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        left = chunks[index - 1]
        right = chunks[index + 1]
        if len(left) <= len(right):
            index -= 1
        left = chunks[index]
        right = chunks[index + 1]
        both = left + right
        size = len(both)
        if size <= _CHUNK:
            self._count(index, len(right))
            chunks[index] = both
            lasts[index] = both[size - 1]
            self._count(index + 1, -len(right))
            self._drop(index + 1)
            return
        half = size >> 1
        self._count(index, half - len(left))
        self._count(index + 1, size - half - len(right))
        left = both[:half]
        chunks[index] = left
        chunks[index + 1] = both[half:]
        lasts[index] = left[half - 1]

    def _index(self) -> list[int]:
        """Make the sums of the blocks. Cost: O(number of chunks)."""
        chunks = self._chunks
        assert chunks is not None
        sums: list[int] = []
        total = 0
        for index in range(len(chunks)):
            chunk = chunks[index]
            total += len(chunk)
            if (index + 1) & (_CHUNKS - 1) == 0:
                sums.append(total)
                total = 0
        if len(chunks) & (_CHUNKS - 1) != 0:
            sums.append(total)
        self._sums = sums
        return sums

    def _count(self, index: int, by: int) -> None:
        """Note that the chunk at `index` has got `by` more entries. Cost: O(1)."""
        sums = self._sums
        if sums is not None:
            count = sums[index >> _BLOCK]
            sums[index >> _BLOCK] = count + by

    def _put(self, index: int, chunk: list[Node]) -> None:
        """Insert a chunk with all its entries not yet counted. Cost: a shift of pointers, and O(number of blocks)."""
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        last = chunk[len(chunk) - 1]
        chunks.insert(index, chunk)
        lasts.insert(index, last)
        sums = self._sums
        if sums is None:
            return
        # Every later block takes in the chunk that the one before pushes out. Rebuilding instead would read every
        # chunk: at 1,000,000 entries 50 to 100 times the work, each time a chunk fills up.
        carry = len(chunk)
        block = index >> _BLOCK
        while block < len(sums):
            count = sums[block]
            end = (block + 1) << _BLOCK
            if end >= len(chunks):
                sums[block] = count + carry
                return
            chunk = chunks[end]
            sums[block] = count + carry - len(chunk)
            carry = len(chunk)
            block += 1
        sums.append(carry)

    def _drop(self, index: int) -> None:
        """Delete a chunk whose entries are no longer counted. Cost: a shift of pointers, and O(number of blocks)."""
        chunks = self._chunks
        lasts = self._lasts
        assert chunks is not None
        assert lasts is not None
        chunks.pop(index)
        lasts.pop(index)
        sums = self._sums
        if sums is None:
            return
        block = index >> _BLOCK
        end = (block + 1) << _BLOCK
        while end <= len(chunks):
            chunk = chunks[end - 1]
            count = sums[block]
            sums[block] = count + len(chunk)
            block += 1
            count = sums[block]
            sums[block] = count - len(chunk)
            end += _CHUNKS
        if len(sums) << _BLOCK >= len(chunks) + _CHUNKS:
            sums.pop()

    def check(self) -> None:
        """Assert every invariant. Cost: O(n); for tests."""
        chunks, lasts, sums = self._chunks, self._lasts, self._sums
        nodes = list(self)
        assert self.size == len(self) == len(nodes), "the size is the number of entries"
        for left, right in itertools.pairwise(nodes):
            assert left.before(right), "each key is strictly greater than the one before"
            assert not right.before(left), "no key is before a lesser one"
        if chunks is None:
            assert lasts is None, "a short line notes no last nodes"
            assert sums is None, "a short line has no sums"
            assert self._short is not None or self.size == 0, "a line without any list is empty"
            assert self.size <= _CHUNK, "a short line is at most one chunk long"
            return
        assert self._short is None, "a long line has no short list"
        assert len(chunks) >= 2, "a long line has at least two chunks"
        assert all(1 <= len(chunk) <= _CHUNK for chunk in chunks), "no chunk is empty or too long"
        inner = chunks[1 : len(chunks) - 1]
        assert all(len(chunk) >= _FEWEST for chunk in inner), "only the first and the last chunk may be short"
        assert lasts is not None, "a long line notes last nodes"
        assert len(lasts) == len(chunks), "each chunk has its last node noted"
        for chunk, last in zip(chunks, lasts, strict=True):
            assert chunk[len(chunk) - 1] is last, "the node noted is the last of its chunk"
        if sums is not None:
            counts = [len(chunk) for chunk in chunks]
            expected = [sum(counts[at : at + _CHUNKS]) for at in range(0, len(counts), _CHUNKS)]
            assert sums == expected, "each sum is the number of entries in its block of chunks"

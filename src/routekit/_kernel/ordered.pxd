# C types for ordered.py, which says what everything means.
cimport cython

cdef Py_ssize_t _CHUNK
cdef Py_ssize_t _FEWEST
cdef Py_ssize_t _BLOCK
cdef Py_ssize_t _CHUNKS


# Not final: whoever waits is a node.
cdef class Node:
    cdef public double a
    cdef public double b
    cdef public double c
    cdef public double d
    cdef public long long seq
    cdef public object item

    cpdef stand_for(self, long long seq, object item)
    cpdef bint below(self, double a, double b, double c, double d, long long seq) noexcept
    cpdef bint before(self, Node other) noexcept
    cpdef void copy_key(self, Node other) noexcept


@cython.final
cdef class Line:
    cdef readonly Py_ssize_t size
    cdef list _short
    cdef list _chunks
    cdef list _lasts
    cdef list _sums

    @cython.locals(short=list, size=Py_ssize_t, at=Py_ssize_t, last=Node, here=Node)
    cpdef add(self, Node node)
    @cython.locals(short=list, size=Py_ssize_t, at=Py_ssize_t, here=Node)
    cpdef remove(self, Node node)
    cpdef clear(self)
    @cython.locals(chunk=list)
    cpdef Node first(self)
    @cython.locals(chunk=list)
    cpdef Node last(self)
    @cython.locals(index=Py_ssize_t, lasts=list, chunk=list, at=Py_ssize_t)
    cpdef Node first_not_below(self, double a, double b, double c, double d, long long seq)
    @cython.locals(index=Py_ssize_t, lasts=list, chunk=list, at=Py_ssize_t, here=Node)
    cpdef Node first_after(self, double a, double b, double c, double d, long long seq)
    cpdef Node next_after(self, Node node)
    @cython.locals(chunks=list)
    cpdef Py_ssize_t parts(self) noexcept
    @cython.locals(chunks=list, short=list)
    cpdef list part(self, Py_ssize_t index)
    @cython.locals(left=Py_ssize_t, chunk=list, chunks=list, sums=list, block=Py_ssize_t, count=Py_ssize_t,
                   index=Py_ssize_t)
    cpdef Node kth(self, Py_ssize_t k)
    @cython.locals(chunks=list, lasts=list, index=Py_ssize_t, sums=list, before=Py_ssize_t, block=Py_ssize_t,
                   other=Py_ssize_t, count=Py_ssize_t, chunk=list, here=Node, begin=Py_ssize_t, end=Py_ssize_t)
    cpdef Py_ssize_t rank(self, Node node) except -1
    @cython.locals(found=list, chunks=list, chunk=list, start=Py_ssize_t, index=Py_ssize_t, begin=Py_ssize_t,
                   block=Py_ssize_t, sums=list, number=Py_ssize_t, first=Py_ssize_t, last=Py_ssize_t,
                   wanted=Py_ssize_t, count=Py_ssize_t)
    cpdef list marks(self, Py_ssize_t most, Py_ssize_t pieces)

    @cython.locals(low=Py_ssize_t, high=Py_ssize_t, middle=Py_ssize_t, node=Node)
    cdef Py_ssize_t _place(self, list nodes, double a, double b, double c, double d, long long seq) except -1
    @cython.locals(size=Py_ssize_t, part=double, span=double, low=Py_ssize_t, high=Py_ssize_t, at=Py_ssize_t,
                   step=Py_ssize_t, node=Node)
    cdef Py_ssize_t _near(self, list nodes, Node before, Node last, Node key) except -1
    @cython.locals(short=list, left=list, right=list, size=Py_ssize_t)
    cdef _lengthen(self)
    @cython.locals(chunks=list)
    cdef _shorten(self)
    @cython.locals(chunks=list, lasts=list, index=Py_ssize_t, at=Py_ssize_t, here=Node, chunk=list)
    cdef _add_long(self, Node node)
    @cython.locals(chunks=list, lasts=list, index=Py_ssize_t, at=Py_ssize_t, here=Node, chunk=list, left=Py_ssize_t)
    cdef _remove_long(self, Node node)
    @cython.locals(chunks=list, lasts=list, chunk=list, half=Py_ssize_t, left=list, right=list)
    cdef _split(self, Py_ssize_t index)
    @cython.locals(chunks=list, lasts=list, left=list, right=list, both=list, size=Py_ssize_t, half=Py_ssize_t)
    cdef _merge(self, Py_ssize_t index)
    @cython.locals(chunks=list, sums=list, total=Py_ssize_t, index=Py_ssize_t, chunk=list)
    cdef list _index(self)
    @cython.locals(sums=list, count=Py_ssize_t)
    cdef _count(self, Py_ssize_t index, Py_ssize_t by)
    @cython.locals(chunks=list, lasts=list, last=Node, sums=list, carry=Py_ssize_t, block=Py_ssize_t,
                   count=Py_ssize_t, end=Py_ssize_t)
    cdef _put(self, Py_ssize_t index, list chunk)
    @cython.locals(chunks=list, lasts=list, sums=list, block=Py_ssize_t, end=Py_ssize_t, chunk=list,
                   count=Py_ssize_t)
    cdef _drop(self, Py_ssize_t index)

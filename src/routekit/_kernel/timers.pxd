# C types for timers.py, which says what everything means.
cimport cython

cdef double _INF
cdef Py_ssize_t _SPARE
cdef Py_ssize_t _KINDS


@cython.final
cdef class Lane:
    # Readonly attributes can also be read from the untyped loops of _sweep, __iter__ and check.
    cdef readonly double due
    cdef readonly long kind
    cdef readonly long long seq
    cdef readonly Py_ssize_t place
    cdef readonly bint shared
    cdef readonly double duration
    cdef readonly Timer head
    cdef readonly Timer tail

    cpdef bint before(self, Lane other) noexcept


@cython.final
cdef class Timer:
    cdef readonly double due
    cdef readonly double duration
    cdef readonly long kind
    cdef readonly long long seq
    cdef readonly object item
    cdef readonly Lane _lane
    cdef readonly Timer _previous
    cdef readonly Timer _next

    cpdef bint is_armed(self) noexcept


@cython.final
cdef class Timers:
    cdef public long long seq
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t _lanes
    cdef Py_ssize_t _spare
    cdef list _kinds
    cdef list _latest
    cdef list _heap

    cpdef Timer arm(self, long kind, double duration, double due, object item)
    cpdef Timer restore(self, long kind, double duration, double due, long long seq, object item)
    @cython.locals(lane=Lane, previous=Timer, after=Timer)
    cpdef bint cancel(self, Timer timer) except -1
    @cython.locals(lane=Lane)
    cpdef double next_due(self) noexcept
    @cython.locals(lane=Lane, timer=Timer)
    cpdef Timer pop_due(self, double at)

    @cython.locals(lane=Lane, timer=Timer, tail=Timer, heap=list)
    cdef Timer _file(self, long kind, double duration, double due, long long seq, object item)
    @cython.locals(kinds=list, lanes=dict, lane=Lane, latest=Lane)
    cdef Lane _lane(self, long kind, double duration)
    @cython.locals(heap=list, place=Py_ssize_t, moved=Lane)
    cdef _leave(self, Lane lane)
    cdef _sweep(self)
    @cython.locals(heap=list, up=Py_ssize_t, parent=Lane)
    cdef _rise(self, Lane lane, Py_ssize_t place)
    @cython.locals(heap=list, size=Py_ssize_t, down=Py_ssize_t, child=Lane, other=Lane)
    cdef _sink(self, Lane lane, Py_ssize_t place)

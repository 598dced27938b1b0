# C types for quick.py, which says what everything means.
cimport cython

from routekit._router.glances cimport Cut, Glance, Glances, Kind
from routekit._router.records cimport ContactRecord
from routekit.estimation._erlang cimport erlang
from routekit.estimation._estimate cimport told

cdef double _SLOWNESS
cdef double _NEVER
cdef double _EVER


@cython.final
cdef class Shares:
    cdef long long version
    cdef double[::1] rates
    cdef double[::1] done
    cdef long long[::1] ranked
    cdef long long[::1] sides
    cdef long long[::1] first
    cdef Py_ssize_t own

    @cython.locals(side=Py_ssize_t)
    cdef clear(self)
    @cython.locals(begin=Py_ssize_t, count=Py_ssize_t, place=Py_ssize_t, side=Py_ssize_t, to=Py_ssize_t, speed=double,
                   work=double, until=double)
    cdef double deal(self, double size, Py_ssize_t group) noexcept


@cython.final
cdef class Known:
    cdef long long version
    cdef bint usable
    cdef double rate
    cdef double own_s
    cdef double ring_s
    cdef double leave
    cdef double moved_at
    cdef double then
    cdef object corrections
    cdef dict groups
    cdef list streams


@cython.final
cdef class Quick:
    cdef readonly object waits
    cdef readonly Glances glances
    cdef public long long version

    cpdef of(self, str contact)
    @cython.locals(glance=Glance, known=Known, before=double, delay=double)
    cpdef of_record(self, ContactRecord record)
    @cython.locals(glance=Glance, known=Known, before=double)
    cpdef tuple forecast(self, str contact)
    @cython.locals(kind=Kind, known=Known)
    cdef Known _known(self, Glance glance)
    @cython.locals(known=Known)
    cdef Known _learn(self, Kind kind, double now)
    cdef double _rate(self, object team, double own) except? -1.0
    cdef str _group(self, Glance glance, Known known)
    @cython.locals(shares=Shares)
    cdef Shares _share(self, Cut cut, double own)
    @cython.locals(cut=Cut, shares=Shares, place=Py_ssize_t, turns=double)
    cdef double _before(self, Glance glance, Known known) except? -1.0
    @cython.locals(record=ContactRecord, rate=double, stages=double, mean=double, began=double, silence=double, n=double)
    cdef _line(self, Glance glance, Known known, double before, double at)
    @cython.locals(record=ContactRecord, slope=double, until=double, rate=double, home=bint, priority=double,
                   now=double, then=double, found=list)
    cdef list _coming(self, Glance glance, Known known, double at)

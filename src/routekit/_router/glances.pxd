# C types for glances.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Demand, Lane, Lineup, Ticket
from routekit._router.records cimport ContactRecord, QueueRecord
from routekit._router.state cimport State

cdef Py_ssize_t _PIECES
cdef double _LATEST


@cython.final
cdef class Rival:
    cdef Line line
    cdef QueueRecord queue
    cdef bint home
    cdef list weights
    cdef object takers
    cdef bint alike
    cdef double each
    cdef Py_ssize_t group


@cython.final
cdef class Cut:
    cdef readonly tuple sides
    cdef readonly tuple own
    cdef readonly list teams
    cdef long long[::1] ranked
    cdef public object said


@cython.final
cdef class Kind:
    cdef readonly Demand demand
    cdef readonly QueueRecord queue
    cdef Lineup lineup
    cdef Py_ssize_t channel
    cdef tuple asks
    cdef readonly object crew
    cdef readonly tuple teams
    cdef readonly tuple shares
    cdef list lineups
    cdef dict known
    cdef dict groups
    cdef dict orders
    cdef bint agents_known
    cdef long long turn
    cdef bint plain
    cdef list rivals
    cdef bint whole
    cdef Line other
    cdef dict cuts
    cdef dict sure
    cdef public object said


@cython.final
cdef class Glance:
    cdef readonly Kind kind
    cdef readonly ContactRecord record
    cdef readonly double now
    cdef readonly Py_ssize_t position
    cdef readonly double before
    cdef readonly Cut cut
    cdef readonly Py_ssize_t count
    cdef double[::1] sizes
    cdef double[::1] keys
    cdef long long[::1] lines
    cdef long long[::1] ranks
    cdef double[::1] sums
    cdef long long[::1] seen


@cython.final
cdef class Glances:
    cdef object reads
    cdef object router
    cdef Glance glance
    cdef dict _kinds
    cdef object _index
    cdef long long _version
    cdef long long _staffing
    cdef Node _probe

    @cython.locals(state=State)
    cpdef ContactRecord record(self, str contact)
    @cython.locals(turn=cython.longlong, state=State, demand=Demand, queue=QueueRecord,
                   index=Index, kind=Kind, glance=Glance)
    cpdef Glance look(self, ContactRecord record)
    @cython.locals(queue=QueueRecord, rivals=list, lineup=Lineup, lane=Lane, rival=Rival, head=Node,
                   filed=Py_ssize_t, others=Py_ssize_t)
    cdef _freshen(self, Kind kind, State state)
    @cython.locals(demand=Demand)
    cdef _meet(self, Kind kind, State state)
    @cython.locals(demand=Demand, queue=QueueRecord, rival=Rival, home=bint)
    cdef Rival _rival(self, Kind kind, Lane lane, Lineup lineup, State state)
    @cython.locals(cut=Cut, rival=Rival)
    cdef Cut _cut(self, Kind kind, object found)
    cdef bint _is_sure(self, Kind kind, ContactRecord record) except -1
    @cython.locals(rivals=list, probe=Node, ahead=Py_ssize_t, found=cython.longlong, bit=cython.longlong,
                   alike=bint, rival=Rival, line=Line, rank=Py_ssize_t, number=Py_ssize_t, cut=Cut)
    cdef _rank(self, Glance glance, Kind kind, ContactRecord record)
    @cython.locals(rivals=list, count=Py_ssize_t, number=Py_ssize_t, rival=Rival, before=double, weight=double, at=Py_ssize_t,
                   total=double)
    cdef double _sum(self, Glance glance, Kind kind) except? -1.0
    @cython.locals(rivals=list, count=Py_ssize_t, line=Py_ssize_t, number=Py_ssize_t,
                   most=Py_ssize_t, rival=Rival, pieces=Py_ssize_t, middles=list, first=Py_ssize_t,
                   last=Py_ssize_t, place=Py_ssize_t, node=Node, ticket=Ticket, ahead_s=double)
    cdef _piece(self, Glance glance, Kind kind, ContactRecord record)
    @cython.locals(gap=Py_ssize_t, at=Py_ssize_t, to=Py_ssize_t, other=Py_ssize_t, key=double, size=double,
                   line=cython.longlong, team=cython.longlong)
    cdef _sort(self, Glance glance, Cut cut)

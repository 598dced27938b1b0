# C types for matching.py, which says what everything means.
cimport cython

from routekit._kernel.draws cimport Draws
from routekit._kernel.index cimport Index
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Bucket, Demand, Entry, Lane, Lineup, Link, Slot, Supply, Ticket


@cython.final
cdef class Matcher:
    cdef public Index index
    cdef public Draws draws
    cdef Node _probe

    cpdef bint anybody(self, Demand demand) except -1
    @cython.locals(demand=Demand, tier=int, other=int)
    cpdef Slot best_slot(self, Ticket ticket, double now)
    @cython.locals(bit=cython.longlong, row=bytes, best=Node, node=Node, tier=int, entry=Entry, supply=Supply,
                   bucket=Bucket, line=Line)
    cdef Slot _least(self, Ticket ticket, Demand demand, double now)
    @cython.locals(demand=Demand, tier=int, other=int)
    cpdef int best_tier(self, Ticket ticket, double now) except -1
    @cython.locals(bit=cython.longlong, row=bytes, entry=Entry, supply=Supply, bucket=Bucket, line=Line)
    cdef int _filed_tier(self, Ticket ticket, Demand demand) except -1
    @cython.locals(last=Node)
    cdef bint _may_pass(self, Ticket ticket, Demand demand, Supply supply) except -1
    @cython.locals(best=Node, bucket=Bucket, line=Line, node=Node)
    cdef Node _best_draining(self, Ticket ticket, Supply supply, Py_ssize_t number, long long bit, double now)
    @cython.locals(bit=cython.longlong, row=bytes, entry=Entry, supply=Supply, bucket=Bucket, node=Node, slot=Slot,
                   least=int, tier=int)
    cdef int _draining_tier(self, Ticket ticket, Demand demand, double now, bint counted) except -1
    @cython.locals(bit=cython.longlong, row=bytes, entry=Entry, supply=Supply, bucket=Bucket, node=Node)
    cdef tuple _of_tier(self, Ticket ticket, Demand demand, int tier, double now)
    @cython.locals(above=Slot, least=Slot, line=Line, node=Node, slot=Slot)
    cdef Slot _next(self, Lineup lineup, Ticket ticket, list lines, list spare)
    @cython.locals(n=cython.longlong, high=cython.longlong, low=cython.longlong, middle=cython.longlong,
                   k=cython.longlong, line=Line, last=Node, slot=Slot, node=Node)
    cdef Slot _draw(self, list lines, list spare, list barred)
    @cython.locals(n=cython.longlong, line=Line, slot=Slot)
    cdef Py_ssize_t _at_most(self, long long seq, list lines, list spare, list barred) except -1
    cdef Node _allowed(self, Line line, Node node, Ticket ticket)
    @cython.locals(goal=Ticket, supply=Supply, demand=Demand, link=Link, head=Ticket)
    cdef bint _drainer_may(self, Slot slot, Ticket ticket, double now) except -1
    @cython.locals(best=Node, heads=Line, head=Node, lane=Lane, node=Node, ticket=Ticket)
    cdef Ticket _fit_after(self, Lineup lineup, Slot slot, Node after)

    @cython.locals(demand=Demand, supply=Supply, lineup=Lineup)
    cpdef int tier(self, Slot slot, Ticket ticket, double now) except -1
    @cython.locals(mine=int, theirs=int)
    cpdef bint precedes(self, Slot slot, Ticket ticket, Ticket other, double now) except -1
    @cython.locals(supply=Supply, best=Ticket, ticket=Ticket, best_tier=int, tier=int, link=Link)
    cpdef Ticket best_ticket(self, Slot slot, double now)
    @cython.locals(lineup=Lineup, ticket=Ticket, goal=Ticket)
    cpdef Ticket best_in(self, Slot slot, Link link, double now)
    @cython.locals(lineup=Lineup, supply=Supply, ticket=Ticket, fresh=Ticket)
    cdef Ticket _head_in(self, Slot slot, Link link, double now)
    @cython.locals(supply=Supply)
    cdef bint _fits(self, Slot slot, Demand demand) except -1
    @cython.locals(head=Node, best=Node, node=Node, lane=Lane, demand=Demand, ticket=Ticket)
    cdef Ticket _first_fit(self, Line heads, Slot slot, Py_ssize_t number)

    @cython.locals(demand=Demand, n=Py_ssize_t, best=Slot, slot=Slot, entry=Entry, supply=Supply, node=Node)
    cpdef Slot best_drain(self, Ticket ticket)
    @cython.locals(line=Line, node=Node, slot=Slot)
    cdef Slot _soonest(self, Supply supply, Py_ssize_t n, Ticket ticket)
    cdef bint _could_drain(self, Slot slot, Supply supply, Py_ssize_t n, Ticket ticket) except -1

# C types for matching.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Bucket, Demand, Entry, Lane, Lineup, Link, Slot, Supply, Ticket


@cython.final
cdef class Matcher:
    cdef public Index index

    cpdef bint anybody(self, Demand demand) except -1
    @cython.locals(demand=Demand, tier=int, other=int)
    cpdef int best_tier(self, Ticket ticket, double now) except -1
    @cython.locals(bit=cython.longlong, row=bytes, entry=Entry, supply=Supply, bucket=Bucket, line=Line)
    cpdef int filed_tier(self, Ticket ticket, Demand demand) except -1
    @cython.locals(last=Node)
    cpdef bint may_pass(self, Ticket ticket, Demand demand, Supply supply) except -1
    @cython.locals(best=Node, bucket=Bucket, line=Line, node=Node)
    cpdef Node best_draining(self, Ticket ticket, Supply supply, Py_ssize_t number, long long bit, double now)
    @cython.locals(bit=cython.longlong, row=bytes, entry=Entry, supply=Supply, bucket=Bucket, node=Node, slot=Slot,
                   least=int, tier=int)
    cpdef int draining_tier(self, Ticket ticket, Demand demand, double now, bint counted) except -1
    cpdef Node allowed(self, Line line, Node node, Ticket ticket)
    @cython.locals(goal=Ticket, supply=Supply, demand=Demand, link=Link, head=Ticket)
    cpdef bint drainer_may(self, Slot slot, Ticket ticket, double now) except -1
    @cython.locals(best=Node, heads=Line, head=Node, lane=Lane, node=Node, ticket=Ticket)
    cdef Ticket _fit_after(self, Lineup lineup, Slot slot, Node after)

    @cython.locals(demand=Demand, supply=Supply, lineup=Lineup)
    cpdef int tier(self, Slot slot, Ticket ticket, double now) except -1
    @cython.locals(mine=int, theirs=int)
    cpdef bint precedes(self, Slot slot, Ticket ticket, Ticket other, double now) except -1
    @cython.locals(supply=Supply, best=Ticket, ticket=Ticket, best_tier=int, tier=int, link=Link)
    cpdef Ticket best_ticket(self, Slot slot, double now)
    @cython.locals(lineup=Lineup, goal=Ticket, own=Ticket, ticket=Ticket)
    cpdef Ticket best_in(self, Slot slot, Link link, double now)
    @cython.locals(lineup=Lineup, supply=Supply, ticket=Ticket, fresh=Ticket)
    cdef Ticket _head_in(self, Slot slot, Link link, double now)
    @cython.locals(lineup=Lineup, supply=Supply, best=Ticket)
    cdef Ticket _best_by_ratio(self, Slot slot, Link link, double now)
    @cython.locals(ticket=Ticket, demand=Demand)
    cdef Ticket _own_in(self, Slot slot, Lineup lineup, Ticket goal)
    @cython.locals(head=Node, lane=Lane, ticket=Ticket)
    cdef Ticket _least_ratio(self, Line heads, Slot slot, double now, Ticket best)
    @cython.locals(best=Ticket, ticket=Ticket)
    cdef Ticket _before_goal(self, Slot slot, Link link, Ticket goal, Ticket own, double now)
    @cython.locals(supply=Supply)
    cdef bint _fits(self, Slot slot, Demand demand) except -1
    @cython.locals(head=Node, best=Ticket, lane=Lane, demand=Demand, ticket=Ticket)
    cdef Ticket _first_fit(self, Line heads, Slot slot, Py_ssize_t number)

    @cython.locals(demand=Demand, n=Py_ssize_t, best=Slot, slot=Slot, entry=Entry, supply=Supply, node=Node)
    cpdef Slot best_drain(self, Ticket ticket)
    @cython.locals(line=Line, node=Node, slot=Slot)
    cdef Slot _soonest(self, Supply supply, Py_ssize_t n, Ticket ticket)
    cdef bint _could_drain(self, Slot slot, Supply supply, Py_ssize_t n, Ticket ticket) except -1


cdef bint _one(Ticket ticket, Ticket other) except -1
@cython.locals(mine=double, theirs=double)
cpdef bint ahead(Ticket ticket, Ticket other, double now) except -1
@cython.locals(mine=double, theirs=double)
cdef bint _before(Ticket ticket, Ticket other) except -1

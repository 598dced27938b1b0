# C types for index.py, which says what everything means.
cimport cython

from routekit._kernel.heads cimport Heads
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Bucket, Demand, Entry, Goal, Lane, Lineup, Link, Shape, Slot, Spec, Supply, Ticket
from routekit._kernel.skills cimport Skills


@cython.final
cdef class Index:
    cdef public dict channels
    cdef public list masks
    cdef public list supplies
    cdef public list open_bits
    cdef public long long version
    cdef public long long staffing
    cdef public list drain_count
    cdef public dict draining
    cdef public Line goals
    cdef dict _by_key
    cdef list _free
    cdef object _idle_demands
    cdef dict _parts
    cdef Skills _skills
    cdef Py_ssize_t _headed

    cpdef bint mention(self, str channel) except -1
    cpdef forget_channels(self)
    cpdef Py_ssize_t number(self, str channel) except -1
    cpdef Py_ssize_t bit(self, str channel) except -1

    cpdef Supply find_supply(self, object key)
    cpdef Supply make_supply(self, object key, object skills, Shape shape, list links)
    cpdef drop_supply(self, Supply supply)
    cdef _begin_heads(self, Lineup lineup)
    @cython.locals(supply=Supply, link=Link, heads=Heads)
    cdef _see_heads(self, Bucket bucket)
    cdef _specs(self, Supply supply)

    cpdef enrol(self, Slot slot, Supply supply)
    cpdef leave(self, Slot slot)
    @cython.locals(supply=Supply, before=cython.longlong, ready=dict)
    cpdef count(self, Slot slot, long long closed)
    @cython.locals(supply=Supply, mask=cython.longlong, draining=bint, table=dict, bucket=Bucket, lines=list,
                   nodes=list, line=Line, i=Py_ssize_t, key=object)
    cpdef file(self, Slot slot)
    @cython.locals(supply=Supply, bucket=Bucket, lines=list, nodes=list, line=Line, i=Py_ssize_t)
    cpdef unfile(self, Slot slot)
    @cython.locals(demand=Demand)
    cpdef start_drain(self, Slot slot, Ticket ticket)
    @cython.locals(goal=Goal)
    cpdef stop_drain(self, Slot slot, Ticket ticket)
    @cython.locals(supply=Supply)
    cpdef load(self, Slot slot, double idle_since)
    @cython.locals(supply=Supply)
    cpdef unload(self, Slot slot)
    @cython.locals(mask=cython.longlong, changed=cython.longlong, bucket=Bucket, n=Py_ssize_t)
    cdef _reopen(self, Supply supply)

    @cython.locals(demand=Demand)
    cpdef Demand demand(self, Lineup lineup, str channel, tuple needs, int reach, double target)
    @cython.locals(wishes=dict)
    cpdef Demand known(self, Lineup lineup, str channel, object wish)
    cpdef make_known(self, Demand demand, object wish)
    cpdef forget_known(self, Lineup lineup)
    @cython.locals(lineup=Lineup)
    cpdef fit(self, Demand demand)
    @cython.locals(entry=Entry)
    cdef object _member_part(self, Lineup lineup, int reach)
    @cython.locals(supply=Supply)
    cdef object _need_part(self, tuple need)
    @cython.locals(supply=Supply)
    cdef object _channel_part(self, Py_ssize_t number)
    cdef _keep(self, object key, object bits)
    @cython.locals(entry=Entry, supply=Supply)
    cpdef bint may_drain(self, Demand demand) except -1

    cpdef carry(self, Ticket ticket, Demand demand)
    @cython.locals(demand=Demand, lineup=Lineup, aged=bint, due=double, node=Node)
    cpdef queue(self, Ticket ticket, double now)
    @cython.locals(lane=Lane)
    cdef Lane _lane(self, Demand demand, bint aged)
    @cython.locals(demand=Demand, lineup=Lineup, lane=Lane)
    cpdef unqueue(self, Ticket ticket)
    cdef _rest(self, Demand demand)
    cdef _forget(self, Demand demand)
    @cython.locals(node=Node, ticket=Ticket)
    cpdef age(self, Lineup lineup, double now)
    @cython.locals(node=Node, marks=dict, mark=Node, passed=Py_ssize_t, ticket=Ticket, seq=object, last=Node,
                   furthest=Node)
    cpdef Ticket first_for(self, Slot slot, Lane lane, Ticket best)
    @cython.locals(marks=dict, mark=Node)
    cdef Node _mark(self, Lane lane, Slot slot)
    @cython.locals(lane=Lane, mark=Node)
    cpdef readmit(self, Slot slot, Ticket ticket)
    @cython.locals(marks=dict, mark=Node, furthest=Node)
    cdef _see_before_marks(self, Lane lane, Ticket ticket)
    cdef _into(self, Lane lane, Ticket ticket)
    cdef _out_of(self, Lane lane, Ticket ticket)
    @cython.locals(lineup=Lineup, heads=Line, head=Node)
    cdef _rehead(self, Lane lane, Node first)


cdef _put_before(Node mark, Ticket ticket)

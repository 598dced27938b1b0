# C types for profiles.py, which says what everything means. Public throughout: these are the index's own records,
# and the parts of the router that are not compiled (explaining, snapshots, checks) read and restore them.
cimport cython

from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.timers cimport Timer


@cython.final
cdef class Shape:
    cdef public double units
    cdef public list costs
    cdef public list limits
    cdef public list interruptible
    cdef public list sequence
    cdef public long long allowed
    cdef public double firm
    cdef public double load
    cdef public long long fits_empty
    cdef public long long drains
    cdef list _with_one

    @cython.locals(bit=cython.longlong, n=Py_ssize_t, cost=double, least=double, held=list)
    cdef _derive(self)
    @cython.locals(firm=double, load=double, n=Py_ssize_t, k=Py_ssize_t, cost=double)
    cpdef measure(self, list held)
    @cython.locals(most=double, firm_left=double, load_left=double, left=double, mask=cython.longlong,
                   bit=cython.longlong, n=Py_ssize_t, limit=Py_ssize_t, cost=double, used=Py_ssize_t)
    cdef Py_ssize_t _room(self, list held) except -1
    @cython.locals(busy=Py_ssize_t, n=Py_ssize_t, k=Py_ssize_t, mask=Py_ssize_t)
    cpdef Py_ssize_t room(self, list held) except -1


@cython.final
cdef class Spec:
    cdef public int kind
    cdef public tuple codes
    cdef public bint moving
    cdef public object order
    cdef public long long lineup
    cdef public str label


@cython.final
cdef class Bucket:
    cdef public Supply supply
    cdef public long long mask
    cdef public tuple levels
    cdef public bint draining
    cdef public list lines
    cdef public Py_ssize_t size


@cython.final
cdef class Link:
    cdef public Lineup lineup
    cdef public int tier


@cython.final
cdef class Entry:
    cdef public Supply supply
    cdef public int tier
    cdef public Py_ssize_t line


@cython.final
cdef class Supply:
    cdef public Py_ssize_t number
    cdef public object bit
    cdef public object key
    cdef public object skills
    cdef public Shape shape
    cdef public Py_ssize_t members
    cdef public dict ready
    cdef public list links
    cdef public dict tiers
    cdef public dict line_of
    cdef public list specs
    cdef public bint moving
    cdef public dict buckets
    cdef public list open_buckets
    cdef public long long open_mask
    cdef public list drain_buckets
    cdef public dict drain_by_mask
    cdef public bint flat
    cdef public Line by_firm
    cdef public Line by_load


cdef class Slot:
    cdef public long long seq
    cdef public Supply supply
    cdef public Bucket bucket
    cdef public list nodes
    cdef public tuple levels
    cdef public Node firm_node
    cdef public Node load_node
    cdef public bint loaded
    cdef public list held
    cdef public long long fit
    cdef public long long closed
    cdef public long long counted
    cdef public long long mask
    cdef public Ticket drains_for


@cython.final
cdef class Lane:
    cdef public Demand demand
    cdef public Line line
    cdef public Node head
    cdef public bint filed
    cdef public dict passed
    cdef public Node furthest


@cython.final
cdef class Demand:
    cdef public Lineup lineup
    cdef public str channel
    cdef public tuple needs
    cdef public int reach
    cdef public double target
    cdef public dict matches
    cdef public Py_ssize_t number
    cdef public long long bit
    cdef public object bits
    cdef public bytes row
    cdef public long long version
    cdef public Py_ssize_t size
    cdef public Py_ssize_t carriers
    cdef public bint idle
    cdef public bint kept
    cdef public object wish
    cdef public Line undrained
    cdef public Lane aged
    cdef public Lane fresh


@cython.final
cdef class Attempts:
    cdef public long long cursor
    cdef public double turn
    cdef public double last_turn
    cdef public int last_tier
    cdef public bint trying
    cdef public list others
    cdef public Timer ring_timer
    cdef public Timer rest

    cpdef start_anew(self)


cdef class Ticket(Node):
    cdef public double since
    cdef public double urgency
    cdef public double target
    cdef public Attempts attempts
    cdef public Node since_node
    cdef public Demand demand
    cdef public Lane lane
    cdef public Node drain_node
    cdef public Goal goal
    cdef public dict excluded
    cdef public dict tried
    cdef public list views

    cpdef take_number(self, long long seq)
    cpdef Attempts try_it(self)


@cython.final
cdef class Goal:
    cdef public Lineup lineup
    cdef public Node by_urgency
    cdef public Node by_key


@cython.final
cdef class Lineup:
    cdef public long long number
    cdef public int pick
    cdef public long long pointer
    cdef public double turn
    cdef public bint by_turn
    cdef public bint behind
    cdef public int last_tier
    cdef public double last_turn
    cdef public double last_at
    cdef public long long last_seq
    cdef public double round
    cdef public Py_ssize_t lots
    cdef public double half_life
    cdef public bint ratio
    cdef public double share
    cdef public double tier_wait_s
    cdef public bint tiered
    cdef public Spec spec
    cdef public list entries
    cdef public object heads
    cdef public dict demands
    cdef public dict known
    cdef public Line waiting
    cdef public dict by_target
    cdef public Py_ssize_t queued
    cdef public Line aged_heads
    cdef public Line fresh_heads
    cdef public Line by_since
    cdef public Line goals

# C types for choosing.py, which says what everything means.
cimport cython

from routekit._kernel.draws cimport Draws
from routekit._kernel.heads cimport Heads
from routekit._kernel.matching cimport Matcher
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Attempts, Bucket, Demand, Entry, Lineup, Slot, Supply, Ticket


@cython.final
cdef class Chooser:
    cdef public Matcher matcher
    cdef public Draws draws
    cdef public object ask
    cdef public object suit
    cdef public double score
    cdef Node _probe

    @cython.locals(demand=Demand)
    cpdef Slot best_slot(self, Ticket ticket, double now)
    @cython.locals(excluded=dict, tries=list, slot=Slot)
    cdef Slot _least_tried(self, Ticket ticket, Demand demand, double now)
    @cython.locals(excluded=dict)
    cdef Slot _least_without(self, Ticket ticket, Demand demand, double now, dict out)
    @cython.locals(pick=int, lines=list, spare=list, barred=list, lineup=Lineup, turn=double, attempts=Attempts)
    cdef Slot _pick(self, Ticket ticket, Demand demand, double now)
    @cython.locals(demand=Demand, chosen=list, lines=list, spare=list, heads=list, best=Node, head=Node, node=Node,
                   at=Py_ssize_t, i=Py_ssize_t, line=Line)
    cpdef list more_slots(self, Ticket ticket, Py_ssize_t most, double now)
    @cython.locals(heads=Heads, matcher=Matcher, bit=cython.longlong, row=bytes, best=Node, node=Node, tier=int, entry=Entry,
                   supply=Supply, bucket=Bucket, line=Line)
    cdef Slot _least(self, Ticket ticket, Demand demand, double now)
    @cython.locals(matcher=Matcher, bit=cython.longlong, row=bytes, best=Node, node=Node, first=Node, tier=int,
                   entry=Entry, supply=Supply, bucket=Bucket, line=Line, match=double)
    cdef Slot _match(self, Ticket ticket, Demand demand, double now)
    cdef double _suits(self, Demand demand, Supply supply) except? -1.0
    @cython.locals(heads=dict, line=Line, node=Node, best=Node, value=double)
    cdef Slot _moving(self, Lineup lineup, Ticket ticket, list lines, list spare, double now)
    @cython.locals(slot=Slot, other=Node)
    cdef _ahead(self, dict heads, Lineup lineup, Node node)
    @cython.locals(matcher=Matcher, tier=int, other=int, bit=cython.longlong, row=bytes, entry=Entry, supply=Supply,
                   bucket=Bucket, node=Node)
    cdef tuple _lowest(self, Ticket ticket, Demand demand, double now)
    @cython.locals(above=Node, least=Node, line=Line, node=Node, best=Node)
    cdef Slot _next(self, Ticket ticket, list lines, list spare, double turn, long long pointer)
    @cython.locals(nodes=list, line=Line, node=Node, best=Node, score=double)
    cdef Slot _score(self, Lineup lineup, Ticket ticket, list lines, list spare)
    @cython.locals(matcher=Matcher, bit=cython.longlong, row=bytes, behind=Node, behind_tier=int, top=Node,
                   top_tier=int, entry=Entry, supply=Supply, bucket=Bucket, line=Line, node=Node, nodes=list,
                   beyond=bint, best=Node)
    cdef Slot _after(self, Ticket ticket, Demand demand, double now, int tier, double turn, bint deeper)
    @cython.locals(matcher=Matcher, bit=cython.longlong, row=bytes, found=list, entry=Entry, supply=Supply,
                   bucket=Bucket, node=Node, best=Node, least=Py_ssize_t, tier=int, lot=Py_ssize_t)
    cdef Slot _lots(self, Ticket ticket, Demand demand, double now)
    @cython.locals(n=Py_ssize_t, line=Line)
    cdef Slot _draw(self, list lines, list spare, list barred)
    @cython.locals(groups=dict, line=Line, node=Node, at=Py_ssize_t, end=Py_ssize_t, weights=list, total=double,
                   x=double, share=double, weight=double, k=Py_ssize_t)
    cdef Slot _weighted(self, list lines, list spare, list barred)
    @cython.locals(low=cython.longlong, high=cython.longlong, top=cython.longlong, middle=cython.longlong, line=Line,
                   candidates=list, found=Node)
    cdef Slot _kth(self, list lines, list spare, list barred, double key, Py_ssize_t k)
    @cython.locals(n=Py_ssize_t, line=Line, node=Node, probe=Node)
    cdef Py_ssize_t _at_most(self, long long seq, list lines, list spare, list barred, double key) except -1

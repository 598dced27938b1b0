# C types for heads.py, which says what everything means.
cimport cython

from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Bucket, Demand, Slot, Supply, Ticket


@cython.final
cdef class Heads:
    cdef list _tiers
    cdef dict _lines
    cdef dict _nodes

    @cython.locals(line=Line, first=Node, node=Node, heads=Line)
    cpdef see(self, Bucket bucket, int tier, Py_ssize_t number)
    @cython.locals(bit=cython.longlong, row=bytes, excluded=dict, best=Node, heads=Line, index=Py_ssize_t, part=list,
                   at=Py_ssize_t, head=Node, bucket=Bucket, supply=Supply, number=Py_ssize_t, line=Line, node=Node, found=Slot)
    cpdef Slot first(self, Ticket ticket, Demand demand)

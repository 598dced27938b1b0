# C types for meant.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.matching cimport ahead
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Demand, Supply
from routekit._router.records cimport AgentRecord, ContactRecord, Extras


@cython.final
cdef class Meant:
    cdef public dict contacts
    cdef public dict lines
    cdef dict _filed

    @cython.locals(queue=cython.longlong, table=dict, lines=_Lines)
    cpdef ask(self, ContactRecord contact, double now)
    @cython.locals(queue=cython.longlong, table=dict, lines=_Lines)
    cpdef withdraw(self, ContactRecord contact)
    @cython.locals(contacts=list, table=dict, lines=_Lines, line=Line, node=Node)
    cpdef list asking(self)
    @cython.locals(supply=Supply, table=dict, demand=Demand, lines=_Lines, line=Line, flat=bint, aged=bint,
                   found=ContactRecord, best=ContactRecord, best_aged=bint)
    cpdef ContactRecord best_in(self, long long queue, AgentRecord agent, Index index, double now)


@cython.final
cdef class _Lines:
    cdef Line aged
    cdef Line fresh
    cdef Line _due
    cdef dict _due_of

    @cython.locals(due=double, node=Node)
    cdef add(self, ContactRecord contact, double now)
    @cython.locals(node=Node)
    cdef remove(self, ContactRecord contact)
    @cython.locals(node=Node, contact=ContactRecord)
    cdef age(self, double now)


@cython.locals(extras=Extras, agent=AgentRecord, meant=Meant)
cpdef ask_those_meant(ContactRecord contact, double now)
@cython.locals(extras=Extras, agent=AgentRecord, meant=Meant)
cpdef withdraw_from_those_meant(ContactRecord contact)
@cython.locals(node=Node, contact=ContactRecord)
cdef ContactRecord _first_for(Line line, AgentRecord agent)
cdef bint _comes_before(ContactRecord contact, ContactRecord other, double now) except -1

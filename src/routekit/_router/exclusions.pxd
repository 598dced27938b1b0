# C types for exclusions.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._router.filing cimport Filing
from routekit._router.records cimport AgentRecord, ContactRecord, Exclusion, QueueRecord
from routekit._router.state cimport State


@cython.final
cdef class Exclusions:
    cdef public State state
    cdef public Filing filing
    cdef public list excessive

    @cython.locals(exclusion=Exclusion)
    cpdef open(self, ContactRecord contact, AgentRecord agent, double duration, double at, QueueRecord queue=*)
    @cython.locals(until=double)
    cdef _set(self, Exclusion exclusion, ContactRecord contact, AgentRecord agent, double duration, double at)
    @cython.locals(known=Exclusion, before=Exclusion, exclusion=Exclusion)
    cdef Exclusion _of_pair(self, ContactRecord contact, AgentRecord agent, QueueRecord queue)
    @cython.locals(exclusion=Exclusion)
    cpdef bar(self, ContactRecord contact, AgentRecord agent)
    @cython.locals(contact=ContactRecord)
    cpdef over(self, Exclusion exclusion)
    cpdef forget(self, ContactRecord contact)
    cpdef forget_agent(self, AgentRecord agent)
    cdef _cancel(self, Exclusion exclusion)
    @cython.locals(contact=ContactRecord, excluded=dict, index=Index)
    cdef _drop(self, Exclusion exclusion)
    @cython.locals(until=double)
    cpdef rest(self, AgentRecord agent, double duration, double at)
    cpdef rested(self, AgentRecord agent)

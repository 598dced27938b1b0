# C types for keys.py, which says what everything means.
cimport cython

from routekit._kernel.ordered cimport Node
from routekit._kernel.profiles cimport Spec, Supply
from routekit._router.records cimport AgentRecord, ContactRecord, MemberRecord, QueueRecord
from routekit._router.state cimport State

cdef int HAS_WORK
cdef int IDLE_SINCE
cdef int LAST_FINISH
cdef int LAST_OFFER
cdef int LOAD
cdef int SKILL_COUNT
cdef int SKILL_TOTAL
cdef int SEQ
cdef int LAST_END
cdef int LAST_CHOSEN
cdef int TAKEN
cdef int TALKED_S
cdef int TIER
cdef int JOINED
cdef int HAD_ONE
cdef int ENDED_AT
cdef int LAST_END_HERE
cdef int ENDED
cdef int SCORE_HIGH
cdef int SCORE_LOW


@cython.final
cdef class Keys:
    cdef public State state

    @cython.locals(supply=Supply, spec=Spec, node=Node, i=Py_ssize_t)
    cpdef set_agent(self, AgentRecord agent)
    @cython.locals(codes=tuple, n=Py_ssize_t)
    cdef _set_parts(self, AgentRecord agent, Node node, Spec spec)
    @cython.locals(part=double)
    cdef double _part(self, int code, AgentRecord agent, MemberRecord member) except? -1.0
    cpdef set_contact(self, ContactRecord contact)
    cdef _set_key(self, ContactRecord contact, QueueRecord queue, Node node)

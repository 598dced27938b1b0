# C types for scores.py, which says what everything means.
cimport cython

from routekit._kernel.ordered cimport Line, Node
from routekit._router.records cimport AgentRecord, MemberRecord, QueueRecord, WorkRecord
from routekit._router.state cimport State


@cython.final
cdef class Scores:
    cdef public State state

    cpdef double value(self, MemberRecord member) except? -1.0
    cdef double _present(self, MemberRecord member) except? -1.0
    cdef _write(self, MemberRecord member, tuple score, double level)
    cdef _shift(self, MemberRecord member, double amount, double level)
    cpdef count(self, QueueRecord queue, AgentRecord agent, str what)
    @cython.locals(agent=AgentRecord, member=MemberRecord)
    cpdef ended(self, WorkRecord work, double at)
    @cython.locals(queue=QueueRecord, member=MemberRecord, other=WorkRecord, half_life=double, talking=Py_ssize_t,
                   step=double)
    cpdef talk(self, WorkRecord work, int change)
    cdef double _talk_level(self, QueueRecord queue, Py_ssize_t talking) except? -1.0
    @cython.locals(member=MemberRecord, queue=QueueRecord)
    cpdef absent(self, AgentRecord agent, double at)
    @cython.locals(member=MemberRecord, queue=QueueRecord, kept=double)
    cpdef present(self, AgentRecord agent, double at)
    cpdef reload(self, AgentRecord agent, double load)
    @cython.locals(line=Line)
    cpdef join_tally(self, MemberRecord member)
    @cython.locals(line=Line)
    cpdef leave_tally(self, MemberRecord member)

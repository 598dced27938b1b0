# C types for reservations.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.matching cimport Matcher, ahead
from routekit._kernel.profiles cimport Demand, Link, Supply
from routekit._router.filing cimport Filing, in_reach
from routekit._router.meant cimport Meant
from routekit._router.records cimport AgentRecord, ContactRecord, Extras, MemberRecord, QueueRecord, Seeker, extras_of
from routekit._router.state cimport State


@cython.final
cdef class Reservations:
    cdef public State state
    cdef public Filing filing
    cdef public object changes

    @cython.locals(state=State, agents=list, extras=Extras)
    cpdef begin(self, ContactRecord contact, object names, double until, str reason, double at, bint exclusive=*)
    @cython.locals(agent=AgentRecord, meant=Meant)
    cpdef enlist(self, ContactRecord contact)
    cdef _stand_anew(self, ContactRecord contact)
    @cython.locals(extras=Extras, agent=AgentRecord)
    cpdef stop(self, ContactRecord contact)
    cpdef end(self, ContactRecord contact, tuple names, str reason, double at)
    @cython.locals(state=State)
    cpdef say_end(self, ContactRecord contact, tuple names, str reason, double at)
    cpdef due(self, ContactRecord contact, double at)
    cpdef strike(self, ContactRecord contact, AgentRecord agent, str reason, double at)
    cpdef watch(self, ContactRecord contact)
    @cython.locals(state=State, watched=list, contact=ContactRecord, agent=AgentRecord)
    cpdef look(self, double at)
    @cython.locals(queue=QueueRecord, member=MemberRecord, supply=Supply, number=Py_ssize_t)
    cdef bint _is_worth(self, ContactRecord contact, AgentRecord agent) except -1
    @cython.locals(agent=AgentRecord, least=int, tier=int)
    cpdef int best_tier(self, ContactRecord contact, double at) except -1
    @cython.locals(state=State, agent=AgentRecord)
    cpdef AgentRecord choose(self, ContactRecord contact)
    @cython.locals(matcher=Matcher, supply=Supply, meant=Meant, heads=dict, link=Link, found=Seeker,
                   contact=ContactRecord, head=Seeker, best=Seeker)
    cpdef Seeker best_seeker(self, AgentRecord agent, double at)
    @cython.locals(matcher=Matcher, mine=int, theirs=int)
    cdef bint _comes_before(self, ContactRecord contact, Seeker other, AgentRecord agent, double at) except -1


@cython.locals(thousandths=cython.longlong)
cdef double _milliseconds(double duration) except? -1.0
cpdef bint is_reserved(ContactRecord contact) except -1
@cython.locals(demand=Demand, supply=Supply)
cpdef bint may_take(State state, AgentRecord agent, ContactRecord contact) except -1
@cython.locals(extras=Extras)
cdef list _agents_of(ContactRecord contact)
@cython.locals(agent=AgentRecord)
cdef tuple _names_of(ContactRecord contact)
@cython.locals(meant=Meant)
cdef _strike_out(AgentRecord agent, ContactRecord contact)

# C types for work.py, which says what everything means.
cimport cython

from routekit._kernel.profiles cimport Lineup
from routekit._router.customers cimport Customers
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing
from routekit._router.making cimport (
    contact_connected,
    contact_finished,
    contact_queued,
    wrap_up_ended,
    wrap_up_started,
)
from routekit._router.records cimport (
    AgentRecord,
    ContactRecord,
    Extras,
    OfferRecord,
    QueueRecord,
    WorkRecord,
    extras_of,
)
from routekit._router.reservations cimport Reservations
from routekit._router.scores cimport Scores
from routekit._router.stages cimport Stage
from routekit._router.state cimport State


# A kind of timers, from state.py.
cdef long WRAP_UP


@cython.final
cdef class Works:
    cdef public State state
    cdef public Filing filing
    cdef public Scores scores
    cdef public Exclusions exclusions
    cdef public Customers customers
    cdef public object parking
    cdef public object consults
    cdef public Reservations reservations

    @cython.locals(waited=double, home=QueueRecord)
    cpdef connect(self, ContactRecord contact, AgentRecord agent, QueueRecord queue, OfferRecord offer, double at)
    @cython.locals(state=State, work=WorkRecord, name=str)
    cpdef begin(self, ContactRecord contact, AgentRecord agent, QueueRecord queue, OfferRecord offer, double waited,
                double at)
    @cython.locals(work=WorkRecord, state=State, agent=AgentRecord, wrap_up_s=double, extras=Extras)
    cpdef finish(self, ContactRecord contact, str ended_by, double at)
    cpdef part(self, ContactRecord contact, Stage stage, double at)
    cpdef conclude(self, WorkRecord work, double at)
    cpdef wrap_up(self, WorkRecord work, double at)
    @cython.locals(state=State, agent=AgentRecord)
    cdef _wrap_up(self, WorkRecord work, double wrap_up_s, double at)
    @cython.locals(state=State, contact=ContactRecord, agent=AgentRecord)
    cpdef end_wrap_up(self, WorkRecord work, str reason, double at)
    @cython.locals(agent=AgentRecord)
    cpdef free(self, WorkRecord work)
    cpdef forget(self, ContactRecord contact)
    cpdef forget_waiting(self, ContactRecord contact)
    @cython.locals(work=WorkRecord)
    cpdef hold(self, ContactRecord contact, double at)
    @cython.locals(work=WorkRecord)
    cpdef resume(self, ContactRecord contact, double at)
    cpdef QueueRecord home(self, ContactRecord contact)
    @cython.locals(stage=Stage, work=WorkRecord, queue=QueueRecord, state=State, agent=AgentRecord, moves=bint)
    cpdef requeue(self, ContactRecord contact, str reason, bint avoid_agent, double at)
    @cython.locals(stage=Stage, work=WorkRecord, state=State, agent=AgentRecord, before=QueueRecord)
    cpdef leave_for(self, ContactRecord contact, QueueRecord queue, bint keep_place, AgentRecord meant, str reference,
                    double at)
    cpdef enter(self, ContactRecord contact, QueueRecord queue, double since, double at)
    @cython.locals(lineup=Lineup)
    cpdef begin_wait(self, ContactRecord contact)
    @cython.locals(queue=QueueRecord)
    cdef _pay(self, WorkRecord work, double at)
    cpdef settle_in(self, ContactRecord contact, QueueRecord queue, double at)
    cpdef announce(self, ContactRecord contact, double at, AgentRecord meant=*)
    @cython.locals(state=State, position=Py_ssize_t)
    cpdef tell_queued(self, ContactRecord contact, double at)

# C types for changes.py, which says what everything means: for what every contact goes through.
cimport cython

from routekit._model cimport Contact
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing
from routekit._router.offers cimport Offers
from routekit._router.records cimport AgentRecord, ContactRecord, MemberRecord, QueueRecord
from routekit._router.reservations cimport Reservations
from routekit._router.scores cimport Scores
from routekit._router.stages cimport Stage
from routekit._router.state cimport State
from routekit._router.work cimport Works


@cython.final
cdef class Changes:
    cdef public State state
    cdef public Filing filing
    cdef public Scores scores
    cdef public Exclusions exclusions
    cdef public Reservations reservations
    cdef public Works works
    cdef public Offers offers
    cdef public object presences
    cdef public object parking
    cdef public object moving
    cdef public object limits

    @cython.locals(state=State, queue=QueueRecord, contact=ContactRecord, since=double, front=ContactRecord)
    cpdef enqueue(self, Contact value, double at, str manager=*)
    @cython.locals(value=Contact, until=double, agents=dict, last=str)
    cdef _reserve_newcomer(self, ContactRecord contact, str manager, str kept, double at)
    @cython.locals(state=State, stage=Stage, queue=QueueRecord, waited=double)
    cpdef abandon(self, ContactRecord contact, str reason, str ended_by, double at)

# C types for settling.py, which says what everything means.
cimport cython

from routekit._kernel.profiles cimport Slot, Ticket
from routekit._kernel.timers cimport Timer
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing
from routekit._router.offers cimport Offers
from routekit._router.records cimport AgentRecord, ContactRecord, Seeker, contact_of
from routekit._router.reservations cimport Reservations, is_reserved
from routekit._router.scores cimport Scores
from routekit._router.state cimport State
from routekit._router.work cimport Works

# The kinds of timers of state.py and the ways of choosing.py, as C numbers.
cdef long ANNOUNCE, CLOSING, CONTACT_REST, DRAIN, HOLD, NOBODY, OFFER_EXPIRY, OWNER, PARKED, RESERVATION, REST
cdef long RETRY, RING, STEP, WINDOW, WRAP_UP
cdef int DRAW, LEAST, LOTS, MATCH, WEIGHTED
cdef Py_ssize_t BY, CONTACT, AGENT


@cython.final
cdef class Settling:
    cdef public State state
    cdef public Filing filing
    cdef public Scores scores
    cdef public object batches
    cdef public Exclusions exclusions
    cdef public Reservations reservations
    cdef public Works works
    cdef public Offers offers
    cdef public object parking
    cdef dict _latest

    cpdef bint catch_up(self, double at, long long limit) except -1
    @cython.locals(state=State, left=cython.longlong, instant=double, timer=Timer)
    cdef bint _catch_up(self, double at, long long limit) except -1
    @cython.locals(kind=long, now=double)
    cdef bint _fire(self, Timer timer) except -1
    cdef _fire_silent(self, long kind, object item)
    @cython.locals(state=State, contacts=Py_ssize_t, agents=Py_ssize_t, left=cython.longlong)
    cpdef Py_ssize_t settle(self, long long limit) except -2
    @cython.locals(state=State)
    cpdef object choose(self, Seeker contact)
    cdef _close_window(self)
    cdef Py_ssize_t _ring(self, long long limit) except -2
    @cython.locals(state=State, contact=ContactRecord, slot=Slot, reserved=bint)
    cdef _one_contact(self)
    cdef _one_of_several_views(self, ContactRecord contact)
    cdef _file(self, ContactRecord contact)
    @cython.locals(state=State, agent=AgentRecord, contact=Seeker, slot=Slot, pick=int, meant=bint)
    cdef _one_agent(self)
    @cython.locals(state=State, left=cython.longlong)
    cdef Py_ssize_t _many(self, long long limit) except -2
    cdef _take_in(self, dict heaps)
    cdef _push_agent(self, dict heaps, AgentRecord agent)
    cdef int _best_tier(self, object seeker) except -1
    cdef _push_meant(self, dict heaps, AgentRecord agent, long long queue)
    cdef _push_link(self, dict heaps, AgentRecord agent, object link)
    cdef _push(self, dict heaps, object contact, int tier, AgentRecord agent, long long by)
    cdef object _next_of(self, dict heaps)
    cdef bint _still_right(self, dict heaps, list heap) except -1
    cdef bint _drain(self) except -1
    cdef _start(self, ContactRecord contact, AgentRecord agent)

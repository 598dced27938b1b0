# C types for offers.py, which says what everything means.
cimport cython

from routekit._kernel.ordered cimport Node
from routekit._kernel.profiles cimport Lineup, Spec, Supply
from routekit._kernel.ordered cimport Node
from routekit._kernel.profiles cimport Lineup, Supply
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing
from routekit._router.records cimport AgentRecord, ContactRecord, OfferRecord, QueueRecord
from routekit._router.stages cimport Stage
from routekit._router.state cimport State
from routekit._router.work cimport Works


@cython.final
cdef class Offers:
    cdef public State state
    cdef public Filing filing
    cdef public Exclusions exclusions
    cdef public Works works
    cdef public object tracer

    @cython.locals(lineup=Lineup, wanted=Spec, supply=Supply, spec=Spec, node=Node, i=Py_ssize_t)
    cpdef tuple key_of(self, AgentRecord agent, QueueRecord queue)
    @cython.locals(state=State, filing=Filing, queue=QueueRecord, offer=OfferRecord, key=tuple)
    @cython.locals(lineup=Lineup, supply=Supply, node=Node)
    cdef _write_key(self, OfferRecord offer, AgentRecord agent, QueueRecord queue)
    cpdef make(self, ContactRecord contact, AgentRecord agent, double at)
    @cython.locals(record=OfferRecord)
    cpdef OfferRecord find(self, str offer)
    @cython.locals(record=OfferRecord)
    cpdef OfferRecord find_open(self, str offer)
    @cython.locals(state=State)
    cdef _close(self, OfferRecord offer)
    @cython.locals(contact=ContactRecord, agent=AgentRecord)
    cpdef accept(self, OfferRecord offer, double at)
    @cython.locals(state=State, contact=ContactRecord, agent=AgentRecord)
    cpdef decline(self, OfferRecord offer, str reason, double at)
    @cython.locals(state=State, contact=ContactRecord, agent=AgentRecord)
    cpdef expire(self, OfferRecord offer, double at)
    @cython.locals(state=State, contact=ContactRecord)
    cpdef revoke(self, OfferRecord offer, str reason, double at)
    cdef _back(self, OfferRecord offer)
    cpdef revoke_all(self, AgentRecord agent, str reason, double at)
    cpdef set_away_the_excessive(self, double at)
    cpdef go_away(self, AgentRecord agent, str reason, str cause, double at)
    cpdef change_presence(self, AgentRecord agent, object new, str revoked, str reason, double at)

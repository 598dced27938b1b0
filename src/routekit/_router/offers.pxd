# C types for offers.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.ordered cimport Node
from routekit._kernel.profiles cimport Attempts, Lineup, Supply
from routekit._model cimport Contact
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing, in_reach
from routekit._router.making cimport offer_made
from routekit._router.records cimport (
    AgentRecord,
    ContactRecord,
    Extras,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    Seeker,
    contact_of,
    seeker_in,
)
from routekit._router.reservations cimport Reservations, is_reserved
from routekit._router.scores cimport Scores
from routekit._router.stages cimport Stage
from routekit._router.state cimport State
from routekit._router.work cimport Works
from routekit._screens cimport Screen

# The ways of choosing.py and the kinds of timers of state.py, as C numbers.
cdef int AFTER, CURSOR, DOWN, MATCH, MOVING, ROUND, ROUND_EACH, SCORE
cdef long CONTACT_REST, OFFER_EXPIRY, RING


@cython.final
cdef class Offers:
    cdef public State state
    cdef public Filing filing
    cdef public Scores scores
    cdef public Exclusions exclusions
    cdef public Reservations reservations
    cdef public Works works
    cdef public object parking
    cdef public object tracer

    @cython.locals(lineup=Lineup, supply=Supply, node=Node)
    cpdef tuple key_of(self, ContactRecord contact, AgentRecord agent, QueueRecord queue)
    @cython.locals(extras=Extras)
    cdef _note_reservation(self, OfferRecord offer)
    @cython.locals(lineup=Lineup, supply=Supply, node=Node)
    cdef _write_key(self, OfferRecord offer, Seeker seeker, AgentRecord agent)
    @cython.locals(lineup=Lineup, attempts=Attempts, own=bint)
    cdef _write_pointer(self, OfferRecord offer, Seeker seeker, AgentRecord agent, Node node)
    @cython.locals(state=State, queue=QueueRecord, contact=ContactRecord, more=list, rings=bint)
    cpdef make(self, Seeker seeker, AgentRecord agent, double at)
    @cython.locals(state=State)
    cdef _charge(self, ContactRecord contact, QueueRecord queue)
    @cython.locals(state=State, queue=QueueRecord, lineup=Lineup, member=MemberRecord, attempts=Attempts)
    cdef _hold(self, Seeker seeker, ContactRecord contact, AgentRecord agent, double at)
    cdef _note_tried(self, Attempts attempts, Lineup lineup, MemberRecord member)
    cpdef withdraw(self, ContactRecord contact, str reason, double at)
    @cython.locals(seeker=Seeker)
    cpdef end_attempt(self, ContactRecord contact)
    @cython.locals(lineup=Lineup, begun=double, last=tuple, place=double, best=tuple, beyond=bint, member=MemberRecord,
                   joined=double, key=tuple, queue=QueueRecord, contact=ContactRecord, reach=int, attempts=Attempts)
    cdef _end_attempt(self, Seeker seeker)
    @cython.locals(state=State, queue=QueueRecord, contact=ContactRecord, offer=OfferRecord, attempts=Attempts, value=Contact,
                   screen=Screen)
    cpdef make_one(self, Seeker seeker, AgentRecord agent, double at)
    @cython.locals(queue=QueueRecord, every_s=double, attempts=Attempts)
    cpdef ring_due(self, ContactRecord contact, double at)
    @cython.locals(state=State, index=Index, first=OfferRecord, offer=OfferRecord, agent=AgentRecord,
                   queue=QueueRecord, seeker=Seeker, reach=int)
    cpdef bint ring_more(self, ContactRecord contact, double at) except -1
    @cython.locals(record=OfferRecord)
    cpdef OfferRecord find(self, str offer)
    @cython.locals(record=OfferRecord)
    cpdef OfferRecord find_open(self, str offer)
    @cython.locals(state=State, contact=ContactRecord, attempts=Attempts, others=list)
    cdef _close(self, OfferRecord offer)
    @cython.locals(contact=ContactRecord, agent=AgentRecord)
    cpdef accept(self, OfferRecord offer, double at)
    @cython.locals(state=State, contact=ContactRecord, agent=AgentRecord, stage=Stage, seeker=Seeker)
    cpdef decline(self, OfferRecord offer, str reason, double at)
    @cython.locals(state=State, contact=ContactRecord, agent=AgentRecord, stage=Stage)
    cpdef expire(self, OfferRecord offer, double at)
    cdef bint _anybody(self, Seeker seeker, double at) except -1
    cdef _rest(self, ContactRecord contact, QueueRecord queue, double at)
    @cython.locals(contact=ContactRecord, stage=Stage)
    cpdef revoke(self, OfferRecord offer, str reason, double at)
    @cython.locals(state=State)
    cdef _take_back(self, OfferRecord offer, str reason, double at)
    cpdef revoke_offers(self, ContactRecord contact, str reason, double at)
    cdef _back(self, OfferRecord offer)
    cpdef revoke_all(self, AgentRecord agent, str reason, double at)
    @cython.locals(agent=AgentRecord)
    cpdef set_away_the_excessive(self, double at)
    cpdef go_away(self, AgentRecord agent, str reason, str cause, double at)
    @cython.locals(state=State)
    cpdef change_presence(self, AgentRecord agent, object new, str revoked, str reason, double at)

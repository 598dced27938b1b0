# C types for records.py, which says what everything means. Public: snapshots restore what they wrote.
cimport cython

from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Demand, Lineup, Slot, Ticket
from routekit._kernel.timers cimport Timer
from routekit._model cimport Contact
from routekit._router.stages cimport Stage


@cython.final
cdef class QueueRecord:
    cdef public object value
    cdef public str name
    cdef public long long seq
    cdef public Lineup lineup
    cdef public dict members
    cdef public dict visitors
    cdef public long long joins
    cdef public dict tallies
    cdef public bint removed
    cdef public str successor
    cdef public double slope
    cdef public bint linear
    cdef public bint ratio
    cdef public bint by_urgency
    cdef public bint drains
    cdef public double drain_after_s
    cdef public double offer_timeout_s
    cdef public bint auto_accept
    cdef public double wrap_up_s
    cdef public double within_s
    cdef public str counts
    cdef public str since
    cdef public bint reads_taken
    cdef public Py_ssize_t ring
    cdef public double ring_every_s
    cdef public double every_s
    cdef public Timer window
    cdef public bint asks
    cdef public bint special
    cdef public double retry_contact_s
    cdef public int reach
    cdef public tuple steps
    cdef public str script
    cdef public bint eases
    cdef public tuple limits
    cdef public bint announces
    cdef public Py_ssize_t signed_in
    cdef public double nobody_since
    cdef public Timer nobody
    cdef public Timer closing
    cdef public long long entered
    cdef public long long offers_made
    cdef public long long connected
    cdef public long long within_level
    cdef public long long abandoned
    cdef public long long abandoned_within_level
    cdef public long long finished
    cdef public long long moved_out
    cdef public long long rejected
    cdef public long long diverted
    cdef public long long connect_failed
    cdef public double waited_s
    cdef public double longest_s
    cdef public long long consults
    cdef public long long parked
    cdef public long long overflow_in
    cdef public long long overflow_out


@cython.final
cdef class MemberRecord:
    cdef public AgentRecord agent
    cdef public QueueRecord queue
    cdef public int tier
    cdef public long long joined
    cdef public bint had_one
    cdef public double ended_at
    cdef public double last_end_here
    cdef public long long ended
    cdef public object exponent
    cdef public double mantissa
    cdef public double level
    cdef public bint still
    cdef public double kept
    cdef public Node tally


@cython.final
cdef class AgentRecord(Slot):
    cdef public object value
    cdef public str id
    cdef public object skills
    cdef public object presence
    cdef public bint ready
    cdef public str reason
    cdef public object shut
    cdef public double idle_since
    cdef public bint signed_in_before
    cdef public double left_at
    cdef public double last_finish
    cdef public double last_offer
    cdef public double last_end
    cdef public double last_chosen
    cdef public long long taken
    cdef public double talked_s
    cdef public double skill_count
    cdef public double skill_total
    cdef public bint loads
    cdef public bint followed
    cdef public bint takes
    cdef public bint has_work
    cdef public Py_ssize_t holding
    cdef public dict offers
    cdef public dict works
    cdef public dict members
    cdef public dict exclusions
    cdef public Py_ssize_t retries
    cdef public dict owned
    cdef public object reserved
    cdef public Timer rest
    cdef public Py_ssize_t no_answers
    cdef public bint dirty
    cdef public long long selected
    cdef public long long offered
    cdef public long long answered
    cdef public long long declined
    cdef public long long not_answered
    cdef public long long revoked
    cdef public long long finished
    cdef public long long connect_failed

    cpdef learn(self, object value)


cdef class Seeker(Ticket):
    cdef public QueueRecord queue


@cython.final
cdef class ContactRecord(Seeker):
    cdef public Contact value
    cdef public str id
    cdef public Stage stage
    cdef public double entered_queue_at
    cdef public double priority
    cdef public tuple needs
    cdef public Demand asks
    cdef public tuple fired
    cdef public Timer step_timer
    cdef public Timer drain_timer
    cdef public AgentRecord drainer
    cdef public OfferRecord offer
    cdef public WorkRecord work
    cdef public Extras extras
    cdef public Telling telling
    cdef public int reach
    cdef public int fired_here
    cdef public int next_step
    cdef public bint ringing
    cdef public bint charged
    cdef public unsigned char overdue  # a bint would take four bytes
    cdef public unsigned char dirty

    cpdef begin(self, Contact value, long long seq, QueueRecord queue)


@cython.final
cdef class ViewRecord(Seeker):
    cdef public ContactRecord contact


cpdef ContactRecord contact_of(Seeker seeker)
@cython.locals(seeker=Seeker)
cpdef bint is_consult(ContactRecord contact) except -1
cpdef double waited_s(ContactRecord contact, double at) except -1.0

cpdef Extras extras_of(ContactRecord contact)
cpdef Seeker seeker_in(ContactRecord contact, QueueRecord queue)


@cython.final
cdef class Extras:
    cdef public list reserved
    cdef public double reserved_until
    cdef public str reserved_by
    cdef public Timer reserved_timer
    cdef public bint exclusive
    cdef public ContactRecord behind
    cdef public Timer hold_timer
    cdef public list followers
    cdef public tuple skipped
    cdef public Py_ssize_t skips
    cdef public set left
    cdef public double left_at
    cdef public double credit
    cdef public str reference
    cdef public AgentRecord owner
    cdef public double parked_at
    cdef public object until
    cdef public Timer park_timer
    cdef public Timer owner_timer
    cdef public object due_at
    cdef public bint entered
    cdef public list consults
    cdef public ContactRecord consult_of
    cdef public bint joined
    cdef public bint personal
    cdef public str last_agent
    cdef public Node place


@cython.final
cdef class Telling:
    cdef public object told
    cdef public double asked_at
    cdef public Timer timer


@cython.final
cdef class OfferRecord:
    cdef public long long number
    cdef public str id
    cdef public ContactRecord contact
    cdef public AgentRecord agent
    cdef public QueueRecord queue
    cdef public str channel
    cdef public double made_at
    cdef public double expires_at
    cdef public Timer timer
    cdef public object order
    cdef public int pick
    cdef public int tier
    cdef public long long pointer
    cdef public double a
    cdef public double b
    cdef public double c
    cdef public double d
    cdef public double score
    cdef public Py_ssize_t tries

    cpdef begin(self, long long number, ContactRecord contact, AgentRecord agent, QueueRecord queue)


@cython.final
cdef class WorkRecord:
    cdef public long long number
    cdef public ContactRecord contact
    cdef public AgentRecord agent
    cdef public QueueRecord queue
    cdef public str channel
    cdef public long long offer
    cdef public double connected_at
    cdef public double waited_s
    cdef public bint wrapping
    cdef public bint held
    cdef public double ends_at
    cdef public Timer timer

    cpdef begin(self, long long number, ContactRecord contact, AgentRecord agent, QueueRecord queue)


@cython.final
cdef class Exclusion:
    cdef public ContactRecord contact
    cdef public AgentRecord agent
    cdef public double until
    cdef public Py_ssize_t tries
    cdef public Timer timer

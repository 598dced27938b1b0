# C types for events.py; the annotations there say the same to a type checker.
# no_gc: what holds text and tuples of text only can be part of no cycle, and a collection need not visit it.
cimport cython

# By another name: what is cimported is not among the names of the compiled module, and Screen is public there.
from routekit._screens cimport Screen as ScreenType


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class QueueAdded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class QueueUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly tuple changed


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class QueueRemoved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly str move_to


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentAdded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple changed


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentRemoved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentPresenceChanged:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly object old
    cdef readonly object new
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentChannelsClosed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple channels
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class AgentChannelsOpened:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple channels


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactQueued:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long position


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OfferMade:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str channel
    cdef readonly str customer
    cdef readonly double expires_at
    cdef readonly ScreenType screen


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OfferDeclined:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OfferExpired:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OfferRevoked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OfferNoLongerFits:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactConnected:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str offer
    cdef readonly double waited_s


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactFinished:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str ended_by


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactAbandoned:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly double waited_s
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactMoved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str from_queue
    cdef readonly str to_queue
    cdef readonly str agent
    cdef readonly str reason
    cdef readonly str reference


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactRequeued:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str reason
    cdef readonly long long position


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple changed


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactHeld:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactResumed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactRejected:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class StepFired:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long step
    cdef readonly double after_s


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class StepSkipped:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long step
    cdef readonly double after_s
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class LimitReached:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long limit
    cdef readonly str kind
    cdef readonly str action


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactDiverted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str to
    cdef readonly str reference
    cdef readonly double waited_s


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class CallbackSuggested:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long position
    cdef readonly double waited_s
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Announced:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str announce
    cdef readonly long long position


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class WaitAnnounced:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str words
    cdef readonly double seconds
    cdef readonly object up_to_s
    cdef readonly long long position
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactShared:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactUnshared:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactReserved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple agents
    cdef readonly double until
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ReservationEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple agents
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactMerged:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str into


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactHeldBack:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str behind


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactReleased:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str behind


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactParked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly object until


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactUnparked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason
    cdef readonly long long position


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class FollowUpScheduled:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str follow_up
    cdef readonly str queue
    cdef readonly str channel
    cdef readonly double due_at
    cdef readonly double enters_at
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class OwnerReleased:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ConsultStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str agent
    cdef readonly str queue


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ConsultJoined:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ConsultEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class ContactHandedOver:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str from_agent
    cdef readonly str to_agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class WrapUpStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly double ends_at


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class WrapUpEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class DrainStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class DrainEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Reconciled:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str channel
    cdef readonly tuple abandoned
    cdef readonly tuple finished
    cdef readonly tuple unknown


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class StrategyFailed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly str strategy
    cdef readonly str error
    cdef readonly str agent
    cdef readonly str contact

# C types for events.py; the annotations there say the same to a type checker.
cimport cython

# By another name: what is cimported is not among the names of the compiled module, and Screen is public there.
from routekit._screens cimport Screen as ScreenType


@cython.final
cdef class QueueAdded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue


@cython.final
cdef class QueueUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly tuple changed


@cython.final
cdef class QueueRemoved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly str move_to


@cython.final
cdef class AgentAdded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent


@cython.final
cdef class AgentUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple changed


@cython.final
cdef class AgentRemoved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent


@cython.final
cdef class AgentPresenceChanged:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly object old
    cdef readonly object new
    cdef readonly str reason


@cython.final
cdef class AgentChannelsClosed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple channels
    cdef readonly str reason


@cython.final
cdef class AgentChannelsOpened:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str agent
    cdef readonly tuple channels


@cython.final
cdef class ContactQueued:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long position


@cython.final
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
cdef class OfferDeclined:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class OfferExpired:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class OfferRevoked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class OfferNoLongerFits:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str offer
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class ContactConnected:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str offer
    cdef readonly double waited_s


@cython.final
cdef class ContactFinished:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str ended_by


@cython.final
cdef class ContactAbandoned:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly double waited_s
    cdef readonly str reason


@cython.final
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
cdef class ContactRequeued:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str reason
    cdef readonly long long position


@cython.final
cdef class ContactUpdated:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple changed


@cython.final
cdef class ContactHeld:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
cdef class ContactResumed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
cdef class ContactRejected:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason


@cython.final
cdef class StepFired:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long step
    cdef readonly double after_s


@cython.final
cdef class StepSkipped:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long step
    cdef readonly double after_s
    cdef readonly str reason


@cython.final
cdef class LimitReached:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long limit
    cdef readonly str kind
    cdef readonly str action


@cython.final
cdef class ContactDiverted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str to
    cdef readonly str reference
    cdef readonly double waited_s


@cython.final
cdef class CallbackSuggested:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly long long position
    cdef readonly double waited_s
    cdef readonly str reason


@cython.final
cdef class Announced:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str announce
    cdef readonly long long position


@cython.final
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
cdef class ContactShared:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue


@cython.final
cdef class ContactUnshared:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason


@cython.final
cdef class ContactReserved:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple agents
    cdef readonly double until
    cdef readonly str reason


@cython.final
cdef class ReservationEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly tuple agents
    cdef readonly str reason


@cython.final
cdef class ContactMerged:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str into


@cython.final
cdef class ContactHeldBack:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str behind


@cython.final
cdef class ContactReleased:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str behind


@cython.final
cdef class ContactParked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly object until


@cython.final
cdef class ContactUnparked:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str queue
    cdef readonly str reason
    cdef readonly long long position


@cython.final
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
cdef class OwnerReleased:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class ConsultStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str agent
    cdef readonly str queue


@cython.final
cdef class ConsultJoined:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str agent


@cython.final
cdef class ConsultEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str reason


@cython.final
cdef class ContactHandedOver:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str consult
    cdef readonly str from_agent
    cdef readonly str to_agent


@cython.final
cdef class WrapUpStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly double ends_at


@cython.final
cdef class WrapUpEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class DrainStarted:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent


@cython.final
cdef class DrainEnded:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str contact
    cdef readonly str agent
    cdef readonly str reason


@cython.final
cdef class Reconciled:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str channel
    cdef readonly tuple abandoned
    cdef readonly tuple finished
    cdef readonly tuple unknown


@cython.final
cdef class StrategyFailed:
    cdef readonly double at
    cdef readonly long long seq
    cdef readonly str queue
    cdef readonly str strategy
    cdef readonly str error
    cdef readonly str agent
    cdef readonly str contact

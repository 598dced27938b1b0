# C types for making.py, which says what everything means.
cimport cython

from routekit._screens cimport Screen
from routekit.events cimport (
    ContactConnected,
    ContactFinished,
    ContactQueued,
    OfferMade,
    WrapUpEnded,
    WrapUpStarted,
)

cdef bint _COMPILED


@cython.locals(event=ContactQueued)
cpdef ContactQueued contact_queued(double at, long long seq, str contact, str queue, long long position)
@cython.locals(event=OfferMade)
cpdef OfferMade offer_made(double at, long long seq, str offer, str contact, str agent, str queue, str channel,
                           str customer, double expires_at, Screen screen)
@cython.locals(event=ContactConnected)
cpdef ContactConnected contact_connected(double at, long long seq, str contact, str agent, str queue, str offer,
                                         double waited_s)
@cython.locals(event=ContactFinished)
cpdef ContactFinished contact_finished(double at, long long seq, str contact, str agent, str ended_by)
@cython.locals(event=WrapUpStarted)
cpdef WrapUpStarted wrap_up_started(double at, long long seq, str contact, str agent, double ends_at)
@cython.locals(event=WrapUpEnded)
cpdef WrapUpEnded wrap_up_ended(double at, long long seq, str contact, str agent, str reason)

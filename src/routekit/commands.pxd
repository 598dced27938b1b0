# C types for commands.py. Fields that hold one of two types, and `at` as it was given, are objects.
cimport cython

from routekit._model cimport Contact


@cython.final
cdef class AddQueue:
    cdef readonly object queue
    cdef readonly object at


@cython.final
cdef class UpdateQueue:
    cdef readonly object queue
    cdef readonly object at
    cdef readonly object changes


@cython.final
cdef class RemoveQueue:
    cdef readonly str queue
    cdef readonly object at
    cdef readonly str move_to


@cython.final
cdef class AddAgent:
    cdef readonly object agent
    cdef readonly object at


@cython.final
cdef class UpdateAgent:
    cdef readonly object agent
    cdef readonly object at
    cdef readonly object changes


@cython.final
cdef class RemoveAgent:
    cdef readonly str agent
    cdef readonly object at
    cdef readonly str work


@cython.final
cdef class SignIn:
    cdef readonly str agent
    cdef readonly object at


@cython.final
cdef class SignOut:
    cdef readonly str agent
    cdef readonly object at
    cdef readonly str work


@cython.final
cdef class SetReady:
    cdef readonly str agent
    cdef readonly object at
    cdef readonly tuple channels


@cython.final
cdef class SetAway:
    cdef readonly str agent
    cdef readonly object at
    cdef readonly str reason
    cdef readonly tuple channels


@cython.final
cdef class Enqueue:
    cdef readonly Contact contact
    cdef readonly object at


@cython.final
cdef class Abandon:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str reason


@cython.final
cdef class Accept:
    cdef readonly str offer
    cdef readonly object at


@cython.final
cdef class Decline:
    cdef readonly str offer
    cdef readonly object at
    cdef readonly str reason


@cython.final
cdef class Finish:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str ended_by


@cython.final
cdef class EndWrapUp:
    cdef readonly str agent
    cdef readonly object at
    cdef readonly str contact


@cython.final
cdef class Requeue:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str reason
    cdef readonly object avoid_agent


@cython.final
cdef class Transfer:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str queue
    cdef readonly str agent
    cdef readonly object keep_place
    cdef readonly object raise_priority
    cdef readonly str reference


@cython.final
cdef class UpdateContact:
    cdef readonly object contact
    cdef readonly object at
    cdef readonly object changes


@cython.final
cdef class Hold:
    cdef readonly str contact
    cdef readonly object at


@cython.final
cdef class Resume:
    cdef readonly str contact
    cdef readonly object at


@cython.final
cdef class Park:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly object until


@cython.final
cdef class Unpark:
    cdef readonly str contact
    cdef readonly object at


@cython.final
cdef class FollowUp:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly object due_at
    cdef readonly str agent
    cdef readonly str queue
    cdef readonly str channel
    cdef readonly str id


@cython.final
cdef class Consult:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str agent
    cdef readonly str queue


@cython.final
cdef class Join:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str agent


@cython.final
cdef class CompleteTransfer:
    cdef readonly str contact
    cdef readonly object at
    cdef readonly str agent


@cython.final
cdef class CancelConsult:
    cdef readonly str contact
    cdef readonly object at


@cython.final
cdef class Reconcile:
    cdef readonly tuple live
    cdef readonly object at
    cdef readonly str channel


@cython.final
cdef class Advance:
    cdef readonly object at
    cdef readonly object limit

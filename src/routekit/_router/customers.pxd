# C types for customers.py, which says what everything means: for what each contact of a customer goes through.
cimport cython

from routekit._kernel.register cimport Register
from routekit._model cimport Contact
from routekit._router.filing cimport Filing
from routekit._router.records cimport ContactRecord, Extras, QueueRecord, extras_of
from routekit._router.reservations cimport Reservations
from routekit._router.state cimport State


@cython.final
cdef class Customers:
    cdef public State state
    cdef public Filing filing
    cdef public Reservations reservations

    cpdef came(self, ContactRecord contact)
    @cython.locals(table=Register)
    cpdef left(self, ContactRecord contact, str customer)
    @cython.locals(contact=ContactRecord)
    cpdef ContactRecord beside(self, Contact value, QueueRecord queue)
    cpdef hold_back(self, ContactRecord contact, ContactRecord front)
    cpdef tell_held(self, ContactRecord contact, double at)
    cpdef stop_holding(self, ContactRecord contact)
    @cython.locals(extras=Extras, state=State, followers=list, follower=ContactRecord)
    cpdef release(self, ContactRecord contact, double at)
    @cython.locals(extras=Extras, customer=str, reference=str)
    cpdef ended(self, ContactRecord contact, str outcome, double at)
    @cython.locals(state=State, before=tuple)
    cdef _note(self, Contact value, str queue, str agent, str outcome, double at, str reference)
    @cython.locals(value=Contact, customer=str, history=tuple, others=tuple, other=ContactRecord, script=str,
                   reference=str)
    cpdef object screen(self, ContactRecord contact, QueueRecord queue)


cpdef list open_to(State state, str customer)
@cython.locals(table=Register, later=bint)
cpdef add_open(State state, str customer, ContactRecord contact)
cpdef bint is_open(ContactRecord contact) except -1
cdef bint _is_before(ContactRecord contact) except -1
cpdef str had_by(ContactRecord contact)

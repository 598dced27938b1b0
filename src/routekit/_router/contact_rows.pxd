# C types for contact_rows.py, which says what everything means.
cimport cython

from routekit._kernel.register cimport Register
from routekit._model cimport Contact, Need
from routekit._router.filing cimport Filing
from routekit._router.records cimport ContactRecord, Exclusion, Extras, QueueRecord, Telling, ViewRecord, WorkRecord
from routekit._router.reservations cimport Reservations, is_reserved
from routekit._router.stages cimport Stage
from routekit._router.state cimport State


@cython.final
cdef class ContactWriter:
    cdef public list kinds
    cdef public object steps
    cdef dict _numbers

    @cython.locals(contact=ContactRecord, rows=list)
    cpdef list rows(self, list contacts)
    @cython.locals(special=dict, row=list)
    cdef list _row(self, ContactRecord contact)
    @cython.locals(need=Need)
    cdef object _kind(self, Contact value)
    cdef _add_value(self, dict special, Contact value)
    cdef _add_rare(self, dict special, ContactRecord contact)
    cdef _add_extras(self, dict special, Extras extras)


@cython.final
cdef class Kind:
    cdef public QueueRecord queue
    cdef public str name
    cdef public str channel
    cdef public tuple needs


@cython.final
cdef class ContactReader:
    cdef public State state
    cdef public Filing filing
    cdef public Reservations reservations
    cdef public dict steps
    cdef public list drains
    cdef public list known
    cdef list _kinds
    cdef list _made
    cdef list _linked
    cdef set _unfiled
    cdef set _shown

    cdef Kind _kind(self, object data)
    @cython.locals(contacts=Register, contact=ContactRecord)
    cpdef rows(self, list rows)
    @cython.locals(kind=Kind, value=Contact, contact=ContactRecord)
    cdef ContactRecord _contact(self, str contact_id, object number, object seq, object since, dict special)
    cdef _add(self, ContactRecord contact, dict special)
    @cython.locals(contact=ContactRecord, stage=Stage, work=WorkRecord, waits=bint, steps=Py_ssize_t)
    cpdef check(self)
    @cython.locals(contact=ContactRecord, stage=Stage)
    cpdef file(self)

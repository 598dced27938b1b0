# C types for running.py, which says what everything means.
cimport cython

from routekit._router.changes cimport Changes
from routekit._router.customers cimport Customers
from routekit._router.exclusions cimport Exclusions
from routekit._router.filing cimport Filing
from routekit._router.offers cimport Offers
from routekit._router.records cimport ContactRecord, OfferRecord
from routekit._router.settling cimport Settling
from routekit._router.state cimport State
from routekit._router.work cimport Works


cdef class Running:
    cdef object __weakref__
    cdef readonly object _seed
    cdef readonly dict _registry
    cdef readonly object _estimator
    cdef readonly object _manager_of
    cdef readonly object _unix_offset_s
    cdef readonly object _time_zone
    cdef readonly Py_ssize_t _trace
    cdef readonly Py_ssize_t _history
    cdef readonly Py_ssize_t _customers_kept
    cdef bint _busy
    cdef readonly long long _turn
    cdef long long _turns
    cdef object _queue_order
    cdef dict _saved
    cdef object _saved_orders
    cdef Py_ssize_t _due
    cdef list _sinks
    cdef readonly State _state
    cdef readonly Filing _filing
    cdef readonly Exclusions _exclusions
    cdef readonly Customers _customers
    cdef readonly object _reservations
    cdef readonly Works _works
    cdef readonly Offers _offers
    cdef readonly object _parking
    cdef readonly object _consults
    cdef readonly object _presences
    cdef readonly Changes _changes
    cdef readonly Settling _settling

    @cython.locals(moment=double, state=State, skew=double)
    cdef double _moment(self, object at) except? -1.0
    @cython.locals(moment=double, state=State)
    cdef double _begin(self, object at) except? -1.0
    @cython.locals(state=State)
    cdef tuple _done(self)
    cdef object _refused(self, object error)
    cdef _tell(self, tuple events)

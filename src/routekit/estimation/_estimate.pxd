# C types for _estimate.py, which says what everything means. Numbers stay objects, as given.
cimport cython

cdef bint _COMPILED
cdef object _KNOWN


@cython.final
cdef class WaitEstimate:
    cdef readonly object contact
    cdef readonly object at
    cdef readonly object position
    cdef readonly object law
    cdef readonly object state
    cdef readonly object method
    cdef readonly object probability_abandon
    cdef readonly object served
    cdef readonly object reason


@cython.locals(estimate=WaitEstimate)
cpdef WaitEstimate told(object contact, object at, object position, object law, object method, object leaving,
                        object served)

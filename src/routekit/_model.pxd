# C types for _model.py. Numbers that a user gave stay objects, as given; so do fields that hold one of two types.
cimport cython


@cython.final
cdef class Need:
    cdef readonly str skill
    cdef readonly object at_least


@cython.final
cdef class Contact:
    cdef readonly str id
    cdef readonly str queue
    cdef readonly str channel
    cdef readonly object priority
    cdef readonly tuple needs
    cdef readonly str customer
    cdef readonly object attributes
    cdef readonly object waiting_since
    cdef readonly tuple prefer
    cdef readonly str script
    cdef readonly tuple knowledge


cpdef object check_id(object value, str what)

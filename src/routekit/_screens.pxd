# C types for _screens.py, which says what everything means.
cimport cython


@cython.final
cdef class Past:
    cdef readonly str contact
    cdef readonly str channel
    cdef readonly str queue
    cdef readonly str agent
    cdef readonly str outcome
    cdef readonly double at
    cdef readonly str reference


@cython.final
cdef class Screen:
    cdef readonly tuple history
    cdef readonly tuple open
    cdef readonly str script
    cdef readonly tuple knowledge
    cdef readonly str reference

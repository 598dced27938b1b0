# C types for stages.py, which says what everything means.
cimport cython


@cython.final
cdef class Stage:
    cdef public object state
    cdef public dict moves

    @cython.locals(stage=Stage)
    cpdef Stage after(self, str contact, str cause)

# C types for _erlang.py, which says what everything means. The fields stay objects: what is no number is refused by
# name, and a field that is read is not made anew.
cimport cython

from routekit._numbers cimport finite_float, non_negative, positive, within

cdef bint _COMPILED


@cython.final
cdef class ErlangLaw:
    cdef readonly object n
    cdef readonly object rate


@cython.locals(law=ErlangLaw)
cpdef ErlangLaw erlang(double n, double rate)

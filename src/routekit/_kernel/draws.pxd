# C types for draws.py, which says what everything means.
cimport cython

cdef unsigned long long _MASK
cdef unsigned long long _GOLDEN
cdef unsigned long long _MIX_1
cdef unsigned long long _MIX_2
cdef unsigned long long _HALF


@cython.final
cdef class Draws:
    cdef readonly unsigned long long seed
    cdef readonly unsigned long long number

    @cython.locals(number=cython.ulonglong, mixed=cython.ulonglong)
    cpdef unsigned long long next(self) except? 0
    @cython.locals(drawn=cython.ulonglong, below=cython.ulonglong)
    cpdef unsigned long long index(self, long long n) except? 0
    cpdef double fraction(self) except? -1.0

# C types for fading.py, which says what everything means. Steps and exponents stay Python ints: they need not fit 64 bits.
cimport cython


@cython.final
cdef class Fading:
    cdef readonly double half_life_s

    cpdef tuple weight(self, double at)
    @cython.locals(mantissa=double, new_mantissa=double, total=double)
    cpdef tuple add(self, tuple score, double at)
    @cython.locals(mantissa=double, now_mantissa=double)
    cpdef double value(self, tuple score, double at) except? -1.0

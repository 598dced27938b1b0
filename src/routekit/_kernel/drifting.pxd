# C types for drifting.py, which says what everything means. Steps and exponents stay Python ints, as in fading.
cimport cython


@cython.locals(mantissa=double, new_mantissa=double, weight=double, total=double)
cpdef tuple shift(tuple score, double amount, double at, double half_life)
@cython.locals(mantissa=double, weight=double)
cpdef double value(tuple score, double level, double at, double half_life) except? -1.0
cpdef tuple start(double value, double level, double at, double half_life)
@cython.locals(mantissa=double)
cpdef double high(tuple score) except? -1.0
cpdef double low(tuple score) except? -1.0
cpdef double value_of(double high, double low, double level, double at, double half_life) except? -1.0

# C types for skills.py, which says what everything means. Bitsets are Python ints.
cimport cython


@cython.final
cdef class Skills:
    cdef object _all
    cdef dict _levels
    cdef dict _bits
    cdef dict _above

    @cython.locals(levels=list, bits=list, place=Py_ssize_t)
    cpdef add(self, object bit, object skills)
    @cython.locals(levels=list, bits=list, place=Py_ssize_t)
    cpdef drop(self, object bit, object skills)
    @cython.locals(levels=list, above=list, bits=list, place=Py_ssize_t, block=Py_ssize_t, at=Py_ssize_t,
                   end=Py_ssize_t)
    cpdef object at_least(self, str skill, double level)


@cython.locals(blocks=Py_ssize_t, above=list, block=Py_ssize_t, at=Py_ssize_t, end=Py_ssize_t)
cdef list _sums(list bits)

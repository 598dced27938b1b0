# C types for register.py, which says what everything means.
cimport cython

cdef Py_ssize_t _PARTS
cdef Py_ssize_t _SHIFT


@cython.final
cdef class Register:
    cdef list _parts
    cdef Py_ssize_t _size

    @cython.locals(part=dict)
    cpdef object get(self, object key)
    @cython.locals(part=dict, before=Py_ssize_t)
    cpdef put(self, str key, object value)
    @cython.locals(part=dict)
    cpdef drop(self, str key)
    cpdef clear(self)
    cpdef list values(self)

# C types for register.py, which says what everything means.
cimport cython

cdef Py_ssize_t _PARTS
cdef Py_ssize_t _SHIFT
cdef bint _COMPILED

cdef extern from "Python.h":
    void PyObject_GC_Track(object)
    void PyObject_GC_UnTrack(object)
    int PyObject_GC_IsTracked(object)


@cython.final
cdef class Register:
    cdef list _parts
    cdef Py_ssize_t _size
    cdef bint _hides

    @cython.locals(part=dict)
    cpdef hide(self)
    cpdef object get(self, object key)
    @cython.locals(part=dict, before=Py_ssize_t)
    cpdef put(self, str key, object value)
    @cython.locals(part=dict)
    cpdef drop(self, str key)
    @cython.locals(part=dict)
    cpdef clear(self)
    cdef _show(self, object value)
    cpdef list values(self)

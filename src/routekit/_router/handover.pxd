# C types for handover.py, which says what everything means.
from routekit._router.running cimport Running


cdef class Handover(Running):
    pass

# C types for router.py, which says what everything means. Not final: an app may make its own kind of Router.
from routekit._router.arguments cimport text
from routekit._router.handover cimport Handover


cdef class Router(Handover):
    pass

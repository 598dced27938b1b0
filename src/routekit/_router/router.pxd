# C types for router.py, which says what everything means. Not final: an app may make its own kind of Router.
from routekit._router.running cimport Running


cdef class Router(Running):
    pass

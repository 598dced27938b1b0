# C types for estimates.py, which says what everything means.
cimport cython

from routekit._router.arguments cimport text
from routekit._router.records cimport ContactRecord
from routekit._router.state cimport State
from routekit.estimation._estimate cimport WaitEstimate
from routekit.estimation.quick cimport Quick


@cython.locals(record=ContactRecord, was=bint, quick=Quick)
cpdef WaitEstimate of_contact(object router, State state, object estimator, object contact, object effort)
cdef bint _effort(object estimator, object effort) except -1
cdef WaitEstimate _checked(object about, object answer)

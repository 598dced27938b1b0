# C types for state.py, which says what everything means.
cimport cython

from routekit._kernel.choosing cimport Chooser
from routekit._kernel.draws cimport Draws
from routekit._kernel.index cimport Index
from routekit._kernel.matching cimport Matcher
from routekit._kernel.register cimport Register
from routekit._kernel.timers cimport Timer, Timers
from routekit._router.records cimport AgentRecord, ContactRecord, OfferRecord, QueueRecord, WorkRecord


@cython.final
cdef class State:
    cdef public double now
    cdef public double lease_base
    cdef public long long event_seq
    cdef public list out
    cdef public dict queues
    cdef public dict removed
    cdef public dict agents
    cdef public Register contacts
    cdef public dict offers
    cdef public dict accepted
    cdef public Register open_of
    cdef public object histories
    cdef public object last_agents
    cdef public Py_ssize_t history_kept
    cdef public Py_ssize_t customers_kept
    cdef public long long queue_seq
    cdef public long long agent_seq
    cdef public long long contact_seq
    cdef public long long offer_seq
    cdef public long long work_seq
    cdef public long long clock_skews
    cdef public double clock_skew_s
    cdef public Timers timers
    cdef public Index index
    cdef public Draws draws
    cdef public Matcher matcher
    cdef public Chooser chooser
    cdef public object unix_offset_s
    cdef public object time_zone
    cdef public Timer midnight
    cdef public object queue_order
    cdef public double virtual_time
    cdef public list ringing
    cdef public list telling
    cdef public list watched
    cdef public bint scored
    cdef public dict taken_ids
    cdef public dict reaching
    cdef public ContactRecord foreseen
    cdef public object foreseen_agent
    cdef public tuple asked
    cdef public list closing
    cdef public list batched
    cdef public list dirty_contacts
    cdef public list dirty_agents
    cdef public dict undrained
    cdef public bint drain_dirty
    cdef public bint calling
    cdef public bint guarded
    cdef public bint timed
    cdef public bint halted

    cpdef Py_ssize_t next_seq(self) except -1
    @cython.locals(record=ContactRecord)
    cpdef ContactRecord contact(self, str contact)
    @cython.locals(record=AgentRecord)
    cpdef AgentRecord agent(self, str agent)
    @cython.locals(record=QueueRecord)
    cpdef QueueRecord queue(self, str queue)
    cpdef touch_contact(self, ContactRecord contact)
    cpdef touch_agent(self, AgentRecord agent)

# C types for filing.py, which says what everything means.
cimport cython

from routekit._kernel.index cimport Index
from routekit._kernel.ordered cimport Line, Node
from routekit._kernel.profiles cimport Bucket, Demand, Entry, Lineup, Link, Shape, Spec, Supply
from routekit._model cimport Contact
from routekit._router.keys cimport Keys
from routekit._router.meant cimport ask_those_meant, withdraw_from_those_meant
from routekit._router.records cimport AgentRecord, ContactRecord, Extras, MemberRecord, OfferRecord, QueueRecord, Seeker
from routekit._router.scores cimport Scores
from routekit._router.stages cimport Stage
from routekit._router.state cimport State


@cython.final
cdef class Filing:
    cdef public State state
    cdef public Scores scores
    cdef public Keys keys
    cdef public object attendance
    cdef public object limits
    cdef public object announcements
    cdef public object sharing

    cpdef set_up(self, QueueRecord queue, object value)
    cpdef mention(self, tuple channels)
    cpdef withdraw(self, AgentRecord agent)
    cdef _set_tiered(self, QueueRecord queue)
    cdef _arm_drains(self, object value)
    @cython.locals(state=State, index=Index, supply=Supply, shape=Shape, closed=cython.longlong)
    cpdef refresh(self, AgentRecord agent)
    @cython.locals(member=MemberRecord, lineup=Lineup)
    cpdef note_chosen(self, AgentRecord agent)
    cpdef release(self, AgentRecord agent, str channel)

    cpdef ask(self, ContactRecord contact)
    @cython.locals(index=Index, queue=QueueRecord, asks=Demand)
    cdef _ask_as_it_came(self, ContactRecord contact, Contact value)
    @cython.locals(queue=QueueRecord)
    cpdef line_up(self, ContactRecord contact)
    @cython.locals(state=State, index=Index, lineup=Lineup, extras=Extras, asks=Demand)
    cpdef stand(self, ContactRecord contact)
    @cython.locals(state=State)
    cpdef file(self, ContactRecord contact)
    @cython.locals(state=State, after=double, due=double)
    cdef _watch(self, ContactRecord contact)
    cpdef fall_overdue(self, ContactRecord contact)
    cdef _await_drain(self, ContactRecord contact)
    cpdef stop_awaiting_drain(self, ContactRecord contact)
    @cython.locals(state=State)
    cpdef unfile(self, ContactRecord contact)
    @cython.locals(entry=Entry, bucket=Bucket, node=Node)
    cpdef wake_drainers(self, QueueRecord queue)
    cpdef step_out(self, ContactRecord contact)
    @cython.locals(lineup=Lineup, line=Line)
    cpdef leave_line(self, ContactRecord contact)
    cpdef stop_rest(self, ContactRecord contact)
    cpdef stop_steps(self, ContactRecord contact)
    cpdef Py_ssize_t position(self, Seeker contact) except -1

    @cython.locals(steps=tuple, due=double, after=double)
    cpdef arm_step(self, ContactRecord contact)
    @cython.locals(steps=tuple)
    cpdef run_steps(self, ContactRecord contact, double at)
    cpdef replan(self, ContactRecord contact, double at)
    cpdef bint fire_step(self, ContactRecord contact, double at) except -1
    @cython.locals(state=State, number=Py_ssize_t)
    cpdef begin_step(self, ContactRecord contact, double at)
    cpdef refile(self, ContactRecord contact)
    @cython.locals(agent=AgentRecord, state=State)
    cpdef end_drain(self, ContactRecord contact, str reason, double at)
    cpdef check_fits(self, ContactRecord contact, double at)
    cpdef check_fit(self, OfferRecord offer, double at)
    @cython.locals(agent=AgentRecord, contact=ContactRecord, supply=Supply, number=Py_ssize_t, member=MemberRecord,
                   shape=Shape, room=cython.longlong, queue=QueueRecord, reach=int)
    cdef str _misfit(self, OfferRecord offer)


@cython.locals(lineup=Lineup, before=Py_ssize_t, line=Line, low=Py_ssize_t, high=Py_ssize_t, middle=Py_ssize_t,
               other=Node)
cpdef Py_ssize_t position_of(Seeker contact, double now) except -1
@cython.locals(fits=bint)
cpdef bint in_reach(ContactRecord contact, int reach, MemberRecord member) except -1

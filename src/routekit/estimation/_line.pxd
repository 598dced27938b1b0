# C types for _line.py, which says what everything means.
cimport cython

cdef double _NEVER
cdef double _UNIT
cdef double _LN2
cdef double _OVERDUE
cdef long long _MOST_NEWCOMERS
cdef long long _MOST_OVERTAKERS
cdef Py_ssize_t _LAST
cdef unsigned long long _MASK
cdef unsigned long long _GOLDEN
cdef unsigned long long _MIX_1
cdef unsigned long long _MIX_2
cdef unsigned long long _OF_TARGET
cdef unsigned long long _OF_SERVER
cdef unsigned long long _OF_SERVER_GAP
cdef unsigned long long _OF_CAN
cdef unsigned long long _OF_HEAD_START
cdef unsigned long long _OF_HANDLING
cdef unsigned long long _OF_GAP
cdef unsigned long long _OF_PATIENCE
cdef unsigned long long _OF_BIRTH
cdef unsigned long long _OF_COMING
cdef unsigned long long _OF_COMING_CAN


@cython.locals(mixed=cython.ulonglong)
cdef unsigned long long _mix(unsigned long long base, unsigned long long number) noexcept
@cython.locals(bits=cython.longlong)
cdef double _draw(unsigned long long base, unsigned long long number) noexcept
@cython.locals(halves=double, z=double, s=double, series=double)
cdef double _exponential(double u) noexcept


@cython.final
cdef class Line:
    cdef Py_ssize_t _classes
    cdef Py_ssize_t _groups
    cdef bytearray _known
    cdef list _waiting
    cdef list _servers
    cdef set _followed
    cdef list _streams
    cdef list _coming
    cdef bint _ready
    cdef double[::1] _tables
    cdef double[::1] _leaving
    # Who waits, and the queues of those who wait and who come.
    cdef Py_ssize_t _n
    cdef Py_ssize_t _queues
    cdef double[::1] _entry_key
    cdef long long[::1] _entry_who
    cdef double[::1] _entry_p
    cdef long long[::1] _first
    cdef long long[::1] _end
    cdef long long[::1] _of
    cdef double[::1] _stream_rate
    cdef double[::1] _shift
    cdef double[::1] _leave
    # Who serves.
    cdef Py_ssize_t _m
    cdef Py_ssize_t _sources
    cdef Py_ssize_t _room
    cdef Py_ssize_t _uncertain
    cdef double[::1] _pace
    cdef long long[::1] _gaps
    cdef long long[::1] _table
    cdef double[::1] _elapsed
    cdef double[::1] _from
    cdef double[::1] _until
    cdef long long[::1] _before
    cdef long long[::1] _next_of
    cdef double[::1] _tail
    cdef signed char[::1] _may
    cdef long long[::1] _can_cell
    cdef double[::1] _can_p
    cdef double[::1] _coming_rate
    cdef double[::1] _coming_p
    # One run.
    cdef unsigned long long _run
    cdef double _limit
    cdef double _now
    cdef Py_ssize_t _last
    cdef Py_ssize_t _taker
    cdef long long[::1] _takers
    cdef Py_ssize_t _size
    cdef Py_ssize_t _idle_count
    cdef long long[::1] _at
    cdef long long[::1] _jobs
    cdef double[::1] _there
    cdef double[::1] _keys
    cdef double[::1] _born
    cdef double[::1] _gone
    cdef long long[::1] _coming_count
    cdef double[::1] _heap_at
    cdef long long[::1] _heap_who
    cdef long long[::1] _idle
    cdef signed char[::1] _in

    @cython.locals(number=Py_ssize_t)
    cdef void _play(self, double[::1] waits, Py_ssize_t count, unsigned long long seed, double key, Py_ssize_t k,
                    double head_start, double probability, double most) noexcept
    @cython.locals(q=Py_ssize_t, at=double, who=Py_ssize_t)
    cdef double _one(self, Py_ssize_t k, double most) noexcept
    @cython.locals(at=Py_ssize_t, end=Py_ssize_t, key=double, who=Py_ssize_t, p=double, u=double)
    cdef void _next(self, Py_ssize_t q) noexcept
    @cython.locals(number=Py_ssize_t, born=double, job=Py_ssize_t)
    cdef void _next_birth(self, Py_ssize_t q) noexcept
    @cython.locals(rate=double)
    cdef void _set_head(self, Py_ssize_t q, double key, double born, Py_ssize_t job) noexcept
    cdef void _no_head(self, Py_ssize_t q) noexcept
    @cython.locals(best=Py_ssize_t, q=Py_ssize_t, born=double)
    cdef Py_ssize_t _soonest_birth(self, double before) noexcept
    @cython.locals(row=Py_ssize_t, best=Py_ssize_t, least=double, q=Py_ssize_t, key=double)
    cdef Py_ssize_t _pick(self, Py_ssize_t server, double at) noexcept
    @cython.locals(place=Py_ssize_t, cell=Py_ssize_t, server=Py_ssize_t, stream=Py_ssize_t)
    cdef void _gather(self) noexcept
    @cython.locals(after=Py_ssize_t, start=double)
    cdef void _let_next(self, Py_ssize_t server, double at) noexcept
    @cython.locals(table=Py_ssize_t, elapsed=double, u=double, start=double, left=double, gap=Py_ssize_t)
    cdef double _free_at(self, Py_ssize_t server) noexcept
    @cython.locals(scaled=double, place=Py_ssize_t, at=Py_ssize_t, low=double, rest=double)
    cdef double _seconds(self, Py_ssize_t table, double p) noexcept
    @cython.locals(job=Py_ssize_t, then=double, gap=Py_ssize_t)
    cdef double _serve(self, Py_ssize_t server, Py_ssize_t q, double at) noexcept
    @cython.locals(place=Py_ssize_t, server=Py_ssize_t, after=Py_ssize_t)
    cdef void _serve_by_idle(self, Py_ssize_t q) noexcept
    @cython.locals(number=Py_ssize_t, u=double)
    cdef double _next_coming(self, Py_ssize_t stream, double at) noexcept
    @cython.locals(job=Py_ssize_t, server=Py_ssize_t, k=Py_ssize_t, p=double, u=double)
    cdef void _come_on_duty(self, Py_ssize_t stream, double at) noexcept
    @cython.locals(size=Py_ssize_t, child=Py_ssize_t, other=Py_ssize_t)
    cdef void _sink(self, Py_ssize_t place, double at, Py_ssize_t who) noexcept
    @cython.locals(size=Py_ssize_t)
    cdef void _drop_first(self) noexcept
    @cython.locals(place=Py_ssize_t, parent=Py_ssize_t)
    cdef void _push(self, double at, Py_ssize_t who) noexcept

    @cython.locals(values=double[::1], last=double, value=double, place=Py_ssize_t, start=Py_ssize_t)
    cdef _set_table(self, Py_ssize_t table, grid)
    cdef tuple _checked(self, can, pace, gaps)
    cdef _add_server(self, can, Py_ssize_t table, double elapsed_s, pace, gaps, until_s, Py_ssize_t before=*)
    cdef _prepare(self)
    cdef _prepare_queues(self)
    cdef _prepare_servers(self)
    @cython.locals(start=Py_ssize_t, since=double, mean=double, low=Py_ssize_t, high=Py_ssize_t, middle=Py_ssize_t,
                   before=double, share=double)
    cdef void _condition(self, Py_ssize_t server, Py_ssize_t table, double elapsed) noexcept

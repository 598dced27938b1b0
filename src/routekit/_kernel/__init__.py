"""The kernel: the structures and numbers that decisions are made of.

What lives here: ordered lines, removable timers, fading counts and counted draws, each in a module of its own that is
plain Python and, with the `.pxd` beside it, compiles to C with the same results. What may not: anything that knows of
a queue, an agent or a contact, does I/O, reads a clock, or is public. This file imports nothing, so that each module
can be had alone.
"""

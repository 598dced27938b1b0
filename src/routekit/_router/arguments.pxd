# C types for arguments.py, which says what everything means: for what nearly every command checks.

cpdef str text(object value, str what)

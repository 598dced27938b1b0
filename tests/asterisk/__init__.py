"""Scenarios recorded from a real Asterisk, played against a router.

    PYTHONPATH=src python -m tests.asterisk FILE     # a table of scenarios, and every call that differs

A file is a list of scenarios: members with what they do (answer, ring for ever, reject as busy), a queue of
queues.conf, actions by time (pause, unpause, device state, add, remove, penalty, behaviour), calls with what Asterisk
did. `driver` plays one, `comparing` holds what came out against what was recorded.
"""

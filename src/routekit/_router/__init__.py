"""The state machine: a command in, events out. `router` is the façade, the other files hold one concern each."""

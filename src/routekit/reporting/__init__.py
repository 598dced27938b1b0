"""What people look at: tables for a terminal, pages for a browser.

Nothing here decides, measures or reads a clock; figures come from `routekit.simulation.measure`. `terminal` needs the
extra `routekit[cli]`, the rest needs nothing.
"""

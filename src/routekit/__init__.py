"""routekit: who takes this contact, and how long will it wait? A routing engine to build into your own app.

The public names are here; what they are made of is in the private modules. The engine does no I/O and reads no
clock: every command carries its time.
"""

from routekit._frozen import FrozenMap as FrozenMap
from routekit.errors import RoutekitError as RoutekitError

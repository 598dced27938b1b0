"""routekit: who takes this contact, and how long will it wait? A routing engine to build into your own app.

The public names are here; what they are made of is in the private modules. The engine does no I/O and reads no
clock: every command carries its time. ``compiled`` says whether this is the compiled build; the interpreted one
gives the same events, slower.
"""

from routekit import _model as _model
from routekit import events as events
from routekit._frozen import FrozenMap as FrozenMap
from routekit._kernel import matching as _matching
from routekit._kernel import ordered as _ordered
from routekit._model import CHANNELS as CHANNELS
from routekit._model import Agent as Agent
from routekit._model import Capacity as Capacity
from routekit._model import Contact as Contact
from routekit._model import Need as Need
from routekit._model import Queue as Queue
from routekit._model import ServiceLevel as ServiceLevel
from routekit._router import router as _router_module
from routekit._router.explain import Coming as Coming
from routekit._router.explain import Explanation as Explanation
from routekit._router.explain import Parked as Parked
from routekit._router.explain import Reason as Reason
from routekit._router.explain import ReasonCount as ReasonCount
from routekit._router.explain import SupplyGroup as SupplyGroup
from routekit._router.ranking import Decision as Decision
from routekit._router.ranking import OfferExplanation as OfferExplanation
from routekit._router.ranking import Ranked as Ranked
from routekit._router.reasons import Why as Why
from routekit._router.router import Router as Router
from routekit._router.views import CustomerView as CustomerView
from routekit._states import ContactState as ContactState
from routekit._states import OfferState as OfferState
from routekit._states import Presence as Presence
from routekit._timeline import Announcing as Announcing
from routekit._timeline import Limit as Limit
from routekit._timeline import Step as Step
from routekit._timeline import When as When
from routekit.errors import RoutekitError as RoutekitError

compiled: bool = not any(
    str(module.__file__).endswith((".py", ".pyc")) for module in (_model, _ordered, _matching, _router_module, events)
)
"""Whether the kernel and the values run as compiled extensions."""

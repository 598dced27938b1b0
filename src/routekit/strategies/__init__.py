"""Strategies by their short names: `from routekit import strategies as st`."""

from routekit.strategies.agent_orders import FewestContacts as FewestContacts
from routekit.strategies.agent_orders import LongestIdle as LongestIdle
from routekit.strategies.agent_orders import Random as Random
from routekit.strategies.agent_orders import RoundRobin as RoundRobin
from routekit.strategies.contact_orders import Aged as Aged
from routekit.strategies.contact_orders import Fifo as Fifo
from routekit.strategies.contact_orders import HeadStart as HeadStart
from routekit.strategies.contact_orders import StrictPriority as StrictPriority
from routekit.strategies.names import agent_order as agent_order
from routekit.strategies.names import contact_order as contact_order
from routekit.strategies.names import names as names
from routekit.strategies.queue_orders import ByUrgency as ByUrgency

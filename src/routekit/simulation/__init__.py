"""The same router under a virtual clock: logs of real days and made-up ones, played through it and measured.

`read_bank` and `read_csv` read logs, `demo_day` makes one, `replay` plays a trace through a router, `compare` does so
with several orders. Nothing here reads a clock or prints, and the library's core knows nothing of it.
"""

from routekit.simulation.bank import read_bank as read_bank
from routekit.simulation.compare import Comparison as Comparison
from routekit.simulation.compare import Run as Run
from routekit.simulation.compare import compare as compare
from routekit.simulation.csvlog import read_csv as read_csv
from routekit.simulation.driver import Answer as Answer
from routekit.simulation.driver import Driver as Driver
from routekit.simulation.driver import Kind as Kind
from routekit.simulation.driver import accept_at_once as accept_at_once
from routekit.simulation.fairness import jain_index as jain_index
from routekit.simulation.fairness import overtakings as overtakings
from routekit.simulation.measure import Figures as Figures
from routekit.simulation.measure import Recorder as Recorder
from routekit.simulation.measure import figures as figures
from routekit.simulation.measure import waiting_profile as waiting_profile
from routekit.simulation.orders import Policy as Policy
from routekit.simulation.orders import policies as policies
from routekit.simulation.replay import Replay as Replay
from routekit.simulation.replay import Settings as Settings
from routekit.simulation.replay import replay as replay
from routekit.simulation.synthetic import Habits as Habits
from routekit.simulation.synthetic import demo_day as demo_day
from routekit.simulation.trace import Call as Call
from routekit.simulation.trace import Fate as Fate
from routekit.simulation.trace import Load as Load
from routekit.simulation.trace import Outcome as Outcome
from routekit.simulation.trace import Shift as Shift
from routekit.simulation.trace import Trace as Trace

"""How good estimates of waits would have been on a log: played on line, without looking ahead.

`read_log` makes moves of a log, `play` tells them to methods and asks these, `result` judges. `routekit backtest` does
all three. Methods are entered in `methods`.

    log = read_log("calls.csv", "bank")
    made = result(play(log, chosen(["les", "qlm"], trained=False), train_days=2))
    print(made.methods["qlm"].coverage_p90)
"""

from __future__ import annotations

from . import baselines as _baselines  # noqa: F401  # they enter themselves
from . import efforts as _efforts  # noqa: F401  # the same
from . import trained as _trained  # noqa: F401  # the same
from .methods import Entry as Entry
from .methods import Forecast as Forecast
from .methods import Method as Method
from .methods import Setting as Setting
from .methods import chosen as chosen
from .methods import defaults as defaults
from .methods import enter as enter
from .methods import entries as entries
from .methods import set_defaults as set_defaults
from .moves import Call as Call
from .moves import Fate as Fate
from .moves import Kind as Kind
from .moves import Log as Log
from .moves import Move as Move
from .moves import Record as Record
from .play import BadForecast as BadForecast
from .play import Estimate as Estimate
from .play import Played as Played
from .play import play as play
from .reading import read_log as read_log
from .scores import Result as Result
from .scores import Scores as Scores
from .scores import result as result

"""Wait estimates: what an estimator answers, and the laws that waits follow.

A router without an estimator answers that it knows too little; an app's own estimator (`routekit.abc.Estimator`) may
answer more. `docs/waits.md` has the whole of it. Quantiles and probabilities of the exact laws need the extra
`routekit[waits]`; what is imported here does not.
"""

from __future__ import annotations

from ._estimate import EstimateState as EstimateState
from ._estimate import WaitEstimate as WaitEstimate
from .calibration import Calibrated as Calibrated
from .calibration import CalibrationReport as CalibrationReport
from .calibration import CalibrationRow as CalibrationRow
from .history import HeadOfLine as HeadOfLine
from .history import History as History
from .history import LastServed as LastServed
from .history import LastServedAtLength as LastServedAtLength
from .history import MeanOfLast as MeanOfLast
from .history import MovingAverage as MovingAverage
from .history import RecentCompletion as RecentCompletion
from .history import SameLength as SameLength
from .laws import BetaLaw as BetaLaw
from .laws import ErlangLaw as ErlangLaw
from .laws import Law as Law
from .laws import Points as Points
from .waits import Waits as Waits

"""A learnt model of waits: gradient boosted trees on features of the state, kept in a file that carries its schema.

What lives here: `Boosted`, which learns from rows of numbers and waits, and is saved and loaded. What may not: where
the features come from, and any decision: a learnt model serves estimates and announcements only.

The trees are LightGBM's (Ke et al., NeurIPS 2017), grown on one thread and with fixed seeds, so that the same rows give
the same model. They need the extra `routekit[learn]`: `MissingExtra` without it. A saved model is text (JSON with the
trees in LightGBM's own text form) and runs no code when it is loaded. LightGBM does not check what it reads: a damaged
number in a text of trees can end the process. So the file keeps a SHA-256 of each text, and one that does not match is
refused before LightGBM sees it. That tells of damage, not of malice: load only models from people you trust.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from routekit.errors import InvalidValue, MissingExtra, ModelError

__all__ = ["Boosted", "extra_of"]

FORMAT = "routekit boosted waits"
VERSION = 2
"""2: with a checksum of each text of trees."""
LEAST_ROWS = 200
"""With fewer answers there is nothing to be learnt that the blend does not learn on line."""

_SETTINGS = {
    "learning_rate": 0.04,
    "num_leaves": 8,
    "min_data_in_leaf": 60,
    "lambda_l2": 20.0,
    "feature_fraction": 0.4,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
_ROUNDS = 150


@functools.cache
def _lightgbm() -> Any:
    """LightGBM, looked up once and only when somebody learns or loads."""
    try:
        import lightgbm
    except ImportError as missing:
        raise MissingExtra(extra="learn") from missing
    return lightgbm


class Boosted:
    """Trees for the mean and for the median of a wait, of features with these names.

    Make one with `train` or `load`. Cost: training 15,000 rows of 30 features takes about two seconds, a prediction
    some 50 us.
    """

    def __init__(self, features: Sequence[str], mean: Any, median: Any, extra: Any = None) -> None:
        self.features = tuple(features)
        self.extra = extra
        """What else its maker wants to keep with it, as plain data."""
        self._mean = mean
        self._median = median

    @classmethod
    def train(
        cls, features: Sequence[str], rows: Sequence[Sequence[float]], waits: Sequence[float], *, seed: int = 0
    ) -> Boosted:
        """Learn from rows of features and the waits that followed.

        InvalidValue for fewer than `LEAST_ROWS` rows, for rows of another length, and for numbers of waits and rows
        that differ.
        """
        if len(rows) < LEAST_ROWS:
            problem = f"must be at least {LEAST_ROWS}: with fewer answers nothing is learnt"
            raise InvalidValue(path="rows", value=len(rows), problem=problem)
        if len(rows) != len(waits):
            raise InvalidValue(
                path="waits", value=len(waits), problem=f"must be as many as there are rows, {len(rows)}"
            )
        for number, row in enumerate(rows):
            if len(row) != len(features):
                problem = f"must be {len(features)} numbers, one for each feature"
                raise InvalidValue(path=f"rows[{number}]", value=len(row), problem=problem)
        grown = [_grow(features, rows, waits, objective, seed) for objective in ("regression", "regression_l1")]
        return cls(features, *grown)

    def of(self, row: Sequence[float]) -> tuple[float, float]:
        """The mean and the median, in seconds, at least 0."""
        if len(row) != len(self.features):
            problem = f"must be {len(self.features)} numbers, one for each feature"
            raise InvalidValue(path="row", value=len(row), problem=problem)
        import numpy as np

        given = np.asarray([row], dtype=float)
        return max(0.0, float(self._mean.predict(given, num_threads=1)[0])), max(
            0.0, float(self._median.predict(given, num_threads=1)[0])
        )

    def save(self, path: str | Path) -> None:
        """Write it to a file, with its schema. ModelError for a file that cannot be written."""
        trees = {"mean": self._mean.model_to_string(), "median": self._median.model_to_string()}
        data = {
            "format": FORMAT,
            "version": VERSION,
            "features": list(self.features),
            "extra": self.extra,
            "sha256": {name: _digest(text) for name, text in trees.items()},
            **trees,
        }
        try:
            Path(path).write_text(json.dumps(data, indent=1), encoding="utf-8")
        except OSError as fault:
            raise ModelError(path=str(path), problem=f"cannot be written: {fault.strerror or fault}") from fault

    @classmethod
    def load(cls, path: str | Path, features: Sequence[str] | None = None) -> Boosted:
        """Read what `save` wrote; with `features`, only a model of exactly these.

        ModelError, with the path and what does not fit, for a file that cannot be read, for another format or version,
        for other features, and for trees that are damaged.
        """
        path = Path(path)
        data = _opened(path)
        known = data.get("features")
        if not isinstance(known, list) or not all(isinstance(name, str) for name in known):
            raise ModelError(path=str(path), problem="has no list of features")
        if features is not None and tuple(known) != tuple(features):
            raise ModelError(path=str(path), problem=_unlike(known, features))
        return cls(known, _planted(data, "mean", known, path), _planted(data, "median", known, path), data.get("extra"))

    def fits(self, features: Sequence[str]) -> None:
        """ModelError, with what does not fit, unless it is a model of exactly these features."""
        if self.features != tuple(features):
            raise ModelError(path="model", problem=_unlike(self.features, features))


def _unlike(known: Sequence[str], features: Sequence[str]) -> str:
    """In what a model of other features differs."""
    lacks = sorted(set(features) - set(known))
    has = sorted(set(known) - set(features))
    problem = "was trained on other features"
    problem += f"; it lacks {', '.join(lacks)}" if lacks else ""
    problem += f"; it has {', '.join(has)} besides" if has else ""
    problem += "; they stand in another order" if not lacks and not has else ""
    return f"{problem}: train it again"


def extra_of(path: str | Path) -> Any:
    """What the maker of a saved model keeps with it, without its trees: needs no LightGBM. ModelError as in `load`."""
    return _opened(Path(path)).get("extra")


def _opened(path: Path) -> dict[str, Any]:
    """The data of a file, if it is a saved model of this version."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        problem = f"cannot be read ({fault.strerror or fault}): give the path of a saved model"
        raise ModelError(path=str(path), problem=problem) from fault
    except (ValueError, RecursionError) as fault:
        raise ModelError(path=str(path), problem=f"is no saved model: {fault}") from fault
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ModelError(path=str(path), problem=f"is no saved model: its format is not {FORMAT!r}")
    if data.get("version") != VERSION:
        problem = f"is of version {data.get('version')}, and this routekit reads {VERSION}: train it again"
        raise ModelError(path=str(path), problem=problem)
    return data


def _digest(text: str) -> str:
    # A lone surrogate is valid JSON and no UTF-8: it must give a digest, too, if only one that does not match.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _grow(
    features: Sequence[str], rows: Sequence[Sequence[float]], waits: Sequence[float], objective: str, seed: int
) -> Any:
    import numpy as np

    lightgbm = _lightgbm()
    data = lightgbm.Dataset(
        np.asarray(rows, dtype=float),
        label=np.asarray(waits, dtype=float),
        feature_name=list(features),
        free_raw_data=True,
    )
    return lightgbm.train({**_SETTINGS, "objective": objective, "seed": seed % 2**31}, data, num_boost_round=_ROUNDS)


def _planted(data: dict[str, Any], name: str, features: Sequence[str], path: Path) -> Any:
    """The trees of one text of a file. What LightGBM says of those that it refuses is kept."""
    text, digests = data.get(name), data.get("sha256")
    if not isinstance(text, str):
        raise ModelError(path=str(path), problem=f"has no trees for the {name}: it is damaged")
    # Before LightGBM sees it, which ends the process over some damage and does not raise.
    if not isinstance(digests, dict) or digests.get(name) != _digest(text):
        problem = f"has damaged trees: those for the {name} do not match their checksum; train it again"
        raise ModelError(path=str(path), problem=problem)
    lightgbm = _lightgbm()
    try:
        trees = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as fault:
        raise ModelError(path=str(path), problem=f"has trees that LightGBM refuses: {fault}") from fault
    if trees.num_feature() != len(features):
        raise ModelError(path=str(path), problem=f"has trees of {trees.num_feature()} features, not of {len(features)}")
    return trees

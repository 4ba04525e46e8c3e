"""The engine: runs on Dask, on one worker of this machine or on a scheduler's, in a line that everybody can see.

`CNNVIZ_DASK_SCHEDULER` names the scheduler (`tls://…` or `tcp://…`; certificates as Dask's own settings say). The other
environment variables are those of `Limits`.
"""

from cnnviz.train.engine.engine import Engine, the_engine
from cnnviz.train.engine.limits import Limits

__all__ = ["Engine", "Limits", "the_engine"]

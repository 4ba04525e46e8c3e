"""What stands beside a network while it learns: counts, reports, and does what is asked, after every batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cnnviz.train.runs import BATCH_COLUMNS, RunFolder, Status

FLUSHED = 0.3  # Seconds between two times that rows and status are written.
LOOKED = 0.02  # Seconds between two looks at what is asked while a run stands still.
SLOWEST = 0.02  # Weight of a batch, at least, in the mean of their times.
BEAT = 5.0  # Seconds between two times that a run that stands still says that it is there.


class Watcher:
    """Follows a run batch by batch.

    Args:
        run: Its folder.
        status: How it stands at the start.
        scale: The `keras.Variable` that the learning rate is multiplied by.
        rate: The learning rate of the settings.
        sizes: Pictures of every batch of an epoch.
        on_event: Told of every batch.
        should_stop: Asked after every batch; ends the run if it answers true, or a sentence on why.
        park_after: Seconds of standing still after which the run is left to be taken up later; None never.
        rate_now: Tells the learning rate of the next batch, which a schedule may have changed.
        began: When the work began, by `time.perf_counter`; by default now.
    """

    def __init__(
        self,
        run: RunFolder,
        status: Status,
        *,
        scale: Any,
        rate: float,
        sizes: list[int],
        on_event: Callable[[Mapping[str, Any]], None],
        should_stop: Callable[[], bool | str],
        park_after: float | None = None,
        rate_now: Callable[[], float] | None = None,
        began: float | None = None,
    ) -> None:
        self.run, self.status = run, status
        self.scale, self.rate, self.sizes = scale, rate, sizes
        self.on_event, self.should_stop, self.park_after = on_event, should_stop, park_after
        self.rate_now = rate_now
        self.counted: float | None = time.perf_counter() if began is None else began  # None while it stands still.
        self.ending = ""  # Why the epoch at work ends early: "stopped", "parked", "rewound" or "failed".
        self.sums = {"loss": 0.0, "accuracy": 0.0}  # Of this epoch, over pictures.
        self.seen = 0  # Pictures of this epoch.
        self.own = 0.0  # Seconds spent here and in snapshots, pauses left out.
        self.own_before = status.watching
        self.paused = 0.0
        self.rows: list[dict[str, float]] = []
        self.made = 0  # Batches, by this process.
        self.flushed = time.perf_counter()
        self.last = time.perf_counter()
        self._allowed = 0  # Single batches that may still be made before the run stands still again.
        self._allowed_epochs = 0
        self._finishes = False  # Whether this epoch is finished before the run stands still.

    def begin(self, epoch: int, *, batch: int = 0, sums: Mapping[str, float] | None = None) -> None:
        """An epoch begins, or goes on after some of its batches."""
        self.ending, self._finishes = "", False
        self.sums = {"loss": 0.0, "accuracy": 0.0, **(sums or {})}
        self.carried, self.seen_before = dict(self.sums), sum(self.sizes[:batch])
        self.seen = self.seen_before
        self.status = replace(self.status, epoch=epoch, batch=batch)
        self.last = time.perf_counter()

    def batch(self, number: int, logs: Mapping[str, Any]) -> bool:
        """A batch is done.

        Args:
            number: Its index in the epoch.
            logs: Keras' means over the batches that this call of `fit` has made.

        Returns:
            Whether to go on.
        """
        now = time.perf_counter()
        seconds, size = now - self.last, self.sizes[number]
        self.seen += size
        row: dict[str, float] = {"epoch": self.status.epoch, "batch": number, "seconds": seconds}
        for name in self.sums:
            # Keras tells the mean so far: what this batch adds to the sum is its own.
            total = self.carried[name] + float(logs[name]) * (self.seen - self.seen_before)
            row[name], self.sums[name] = (total - self.sums[name]) / size, total
        self.rows.append(row)
        self.made += 1
        # The second takes the place of the first, which TensorFlow compiles for: no mean of both says what is to come.
        weight = max(SLOWEST, 1 / max(1, self.made - 1))
        per_batch = (1 - weight) * self.status.per_batch + weight * seconds
        self.status = replace(self.status, batch=number + 1, per_batch=per_batch)
        means = {name: total / self.seen for name, total in self.sums.items()}
        self.on_event(
            {
                "kind": "batch",
                "epoch": self.status.epoch,
                "batch": number,
                "of": len(self.sizes),
                **means,
                "batch_loss": row["loss"],
                "batch_accuracy": row["accuracy"],
                "seconds": seconds,
            }
        )
        if not all(map(math.isfinite, self.sums.values())):
            self._fail(number)
        if now - self.flushed > FLUSHED:
            self.flush()
        still = self.paused
        if not self.ending:
            self.attend(after_batch=True, last=number + 1 == len(self.sizes))
        self.last = time.perf_counter()
        self.own += self.last - now - (self.paused - still)
        return not self.ending

    def portion(self) -> bool:
        """Some of the pictures kept aside have been looked at.

        Returns:
            Whether to go on with the others.
        """
        now, still = time.perf_counter(), self.paused
        self.attend(aside=True)
        self.own += time.perf_counter() - now - (self.paused - still)
        return not self.ending

    def attend(self, *, after_batch: bool = False, last: bool = False, aside: bool = False) -> None:
        """Do what is asked: stop, a learning rate, going back, standing still until something else is asked.

        Args:
            after_batch: Whether a batch has just been learned from.
            last: Whether it was the epoch's last.
            aside: Whether the network looks at the pictures kept aside, after that.
        """
        began = time.perf_counter()
        beaten = 0.0
        while True:
            control = self.run.control()
            why = control.stop or ((after_batch or aside or beaten) and self.should_stop())
            if why:
                self.ending = "stopped"
                self.status = replace(self.status, sentence=why if isinstance(why, str) else "")
                break
            self._set_rate(control.learning_rate)
            batches, epochs, rewinds = self.status.handled
            if control.rewinds > rewinds:
                self.status = replace(self.status, handled=(batches, epochs, control.rewinds))
                self.ending = "rewound"
                break
            if not control.pause:
                self._allowed = self._allowed_epochs = 0
                self.status = replace(self.status, handled=(control.batches, control.epochs, rewinds))
                break
            if after_batch:
                self._allowed = max(0, self._allowed - 1)
                self._allowed_epochs = max(0, self._allowed_epochs - last)
                after_batch = False
            self._allowed += control.batches - batches
            self._allowed_epochs += control.epochs - epochs
            self.status = replace(self.status, handled=(control.batches, control.epochs, rewinds))
            if self._allowed or self._allowed_epochs or last or (aside and self._finishes):
                self._finishes |= last
                break
            if self.park_after is not None and time.perf_counter() - began > self.park_after:
                if aside:
                    self._finishes = True
                else:
                    self.ending = "parked"
                break
            if time.perf_counter() - beaten > BEAT:
                self._count()
                self.counted = None
                beaten = time.perf_counter()
                self.status = replace(self.status, state="paused")
                self.flush()
            time.sleep(LOOKED)
        if beaten:
            self.counted = time.perf_counter()
            self.paused += self.counted - began
            if not aside:  # No batch takes as long as the pause before it.
                self.last = self.counted
        if self.status.state == "paused" and not self.ending:
            self.status = replace(self.status, state="running")
            self.flush()

    def flush(self) -> None:
        """Write rows and status."""
        rows, self.rows = self.rows, []
        if rows:
            self.run.write_rows("batches.csv", BATCH_COLUMNS, rows, anew=False)
        self._count()
        self.status = replace(self.status, watching=self.own_before + self.own)
        if self.rate_now is not None:
            self.status = replace(self.status, rate_now=self.rate_now())
        self.run.write_status(self.status)
        self.flushed = time.perf_counter()

    def _count(self) -> None:
        """Add the time at work since this was asked last."""
        if self.counted is not None:
            now = time.perf_counter()
            self.status = replace(self.status, seconds=self.status.seconds + now - self.counted)
            self.counted = now

    def _set_rate(self, rate: float | None) -> None:
        wanted = self.rate if rate is None else rate
        if wanted != self.status.learning_rate:
            self.scale.assign(wanted / self.rate)
            at = self.status.epoch + self.status.batch / len(self.sizes)
            rates = (
                one for one in self.status.rates if one[0] < at
            )  # No batch was made with another one at this place.
            self.status = replace(self.status, learning_rate=wanted, rates=(*rates, (at, wanted)))

    def _fail(self, number: int) -> None:
        rate = self.status.learning_rate
        self.ending = "failed"
        self.status = replace(
            self.status,
            sentence=(
                f"The loss is no number any more since batch {number + 1} of epoch {self.status.epoch + 1}: the steps "
                f"were so large that the weights grew without end. Lower the learning rate ({rate:g}), "
                "divide the pixels by 255, or add batch normalisation, and start again."
            ),
        )

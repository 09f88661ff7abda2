"""A process that does jobs: a line of JSON in, a line of JSON out.

Started by registry/comparing/processes.py. What plugins print goes to standard error; the process
ends at once when whoever started it does, so nothing is left running.
"""

import os
import queue
import sys
import threading
import traceback

from visemix.registry.comparing.jobs import (
    Answer,
    ClipJob,
    DescribeJob,
    Job,
    MakeJob,
    job_of,
    to_line,
)
from visemix.registry.comparing.troubles import StagedError, Trouble


def main() -> None:
    """Do jobs until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    waiting: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()
    while True:
        answers.write(to_line(answer(job_of(waiting.get()))) + "\n")
        answers.flush()


def _listen(waiting: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        waiting.put(line)
    os._exit(0)  # nobody waits for an answer any more


def answer(job: Job) -> Answer:
    """Do one job; whatever goes wrong is the answer."""
    try:
        return _do(job)
    except StagedError as e:
        traceback.print_exception(e.error)
        return Answer(Trouble.of(e.error, e.stage))
    except Exception as e:  # noqa: BLE001 - a stranger's code; whatever it is, it is reported
        traceback.print_exception(e)
        return Answer(Trouble.of(e, stage_of(job)))


def stage_of(job: Job) -> str:
    """The stage that a job belongs to as a whole."""
    if isinstance(job, ClipJob):
        return "clip"
    if isinstance(job, DescribeJob):
        return "recipe"
    return "make" if isinstance(job, MakeJob) else "judge"


def _do(job: Job) -> Answer:
    """What a job needs is imported for it alone: the time that takes belongs to it."""
    if isinstance(job, MakeJob):
        from visemix.registry.comparing.making import make

        make(job)
        return Answer()
    if isinstance(job, ClipJob):
        from visemix.registry.comparing.clip_media import cut_clip

        cut_clip(job)
        return Answer()
    if isinstance(job, DescribeJob):
        from visemix.registry.comparing.describing import describe

        return Answer(described=describe(job.asked, job.tested))
    from visemix.registry.comparing.judging import judge

    judge(job)
    return Answer()


if __name__ == "__main__":
    main()

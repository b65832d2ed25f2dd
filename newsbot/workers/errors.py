"""The errors of jobs.

NewsbotError
└── JobError           a job has no result
    ├── JobRefused     the function that does the job says why, in a sentence for a person
    ├── JobFailed      the job broke; its traceback is for the log
    ├── JobTimedOut    the job took longer than it may; its process was killed
    ├── JobKilled      the job's process died each time it was tried
    └── WorkerUnavailable  no process can be started
"""

from newsbot.errors import NewsbotError


class JobError(NewsbotError):
    """A job has no result."""


class JobRefused(JobError):
    """The job cannot be done; the sentence is for the person who wanted it."""


class JobFailed(JobError):
    """The job broke."""

    def __init__(self, traceback: str) -> None:
        super().__init__("The job broke; the log says why.")
        self.traceback = traceback


class JobTimedOut(JobError):
    """The job took longer than it may; its process was killed, and the next job gets a new one."""


class JobKilled(JobError):
    """The process died on this job, each time."""


class WorkerUnavailable(JobError):
    """The worker process does not start."""

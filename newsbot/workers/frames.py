"""What stands between a process and its worker: frames, each with its kind and its length in front."""

import struct
from enum import IntEnum

# Before each frame: what it is, and how many bytes follow.
HEADER = struct.Struct(">BI")


class FrameKind(IntEnum):
    """What a frame holds. Only READY, RESULT, REFUSAL and FAULT come back."""

    JOB = 0
    READY = 1  # nothing: the worker is up
    RESULT = 2
    REFUSAL = 3  # a sentence for a person: this job cannot be done
    FAULT = 4  # a traceback for the log

"""What a child that works for strangers may use: memory, and processor time from its work's arrival."""

import math
import resource
import signal
import time

MEMORY_BYTES = 512 * 1024 * 1024


def bound_memory() -> None:
    """Give this process so much address space and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def bound_time(seconds: int) -> None:
    """End this process after so many more seconds of processor time.

    The timer is exact, and its signal ends the process even inside C; the limit, which knows whole seconds
    alone and counts what went before, stands behind it.
    """
    used = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (used, used))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)

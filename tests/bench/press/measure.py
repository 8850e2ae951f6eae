"""Run a program and print what the kernel counted: processor seconds and peak memory in megabytes.

A process of its own, and a small one: Linux counts the memory of who starts a program as the program's.
"""

import os
import sys


def main() -> None:
    """Run the command line's program; leave with its status."""
    child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
    _, status, used = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    print(used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6)
    raise SystemExit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()

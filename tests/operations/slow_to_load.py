"""operations: an application that a worker is never done with loading."""

import sys
import time

sys.stderr.write("loading\n")
sys.stderr.flush()
time.sleep(300)

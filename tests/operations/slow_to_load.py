"""An application that never finishes loading."""

import sys
import time

sys.stderr.write("loading\n")
sys.stderr.flush()
time.sleep(300)

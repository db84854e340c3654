"""Programs that the test extra installs, deno among them, are found whether or not the environment is active."""
from __future__ import annotations

import os
import sys

os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get('PATH', '')

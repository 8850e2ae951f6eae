"""Designs of print/ and values -> PDF. The only place that knows WeasyPrint, qrcode and pikepdf."""

import os
import warnings
from pathlib import Path

# Read once, when Pango is loaded: no font of the machine, so what is printed is the same everywhere.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parent / "fonts.conf")
warnings.filterwarnings("ignore", message="No fonts configured")

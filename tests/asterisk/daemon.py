"""The real daemon beside the servers of the lab: tests/sys/zvond_common.py and its clients
(tests/fake), and what a configuration for these servers is made of."""

import sys

from lab import HERE

# tests/fake has modules of the same names as ours: they must not come first afterwards.
_path = list(sys.path)
sys.path[:0] = [str(HERE.parent / "sys"), str(HERE.parent / "fake")]
import panel                                      # noqa: E402
import ws                                         # noqa: E402
from zvond_common import SLOW, Zvond, token_hash  # noqa: E402
sys.path[:] = _path

__all__ = ["SLOW", "Zvond", "panel", "token_hash", "ws", "server_section"]


def server_section(server, name="pbx", port=5038, address=None, **options):
    """A [server] for that server of the lab; options: its further lines."""
    lines = {"url": "ami://lab@%s:%d" % (address or server.ip, port),
             "secret_file": "{folder}/secret", "context": "internal",
             "trunks": "trunk,trunk1,trunk2", **options}
    return "[server %s]\n" % name + "".join("%s = %s\n" % pair for pair in lines.items())

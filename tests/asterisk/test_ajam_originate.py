"""`zvon originate` over AJAM: the same outcomes as over AMI."""

import test_originate
from lab import CA, both_versions


@both_versions
class AjamOriginate(test_originate.Originate):
    """Every scene of the other file, over HTTPS with a digest and in XML, which is the
    farthest from AMI."""

    def url(self):
        """Where the command connects to."""
        return self.server.ajam("amxml", tls=True)

    def originate(self, first, to, *options):
        """Runs the command; the lab's authority is trusted."""
        return super().originate(first, to, "--ca", CA, *options)

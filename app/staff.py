"""Who works here: invitations, passwords and sessions. Nothing about anyone but a name of their choosing."""

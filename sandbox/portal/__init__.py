"""The customer portal: what its pages allow, and sessions that lead there."""

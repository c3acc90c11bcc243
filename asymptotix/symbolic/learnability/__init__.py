"""Which functions a network kernel can learn: degrees it cannot see, universality, decay of its eigenvalues."""

"""Made-up worlds that tests share: small enough to solve by hand."""

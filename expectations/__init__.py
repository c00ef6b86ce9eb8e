"""Claims: Great Expectations suites, one module per stage boundary."""

"""The arithmetic of experiments beyond the plain difference: every module pure, every formula with its source."""

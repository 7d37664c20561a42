"""The test bed: real components, started on free ports and ended reliably."""

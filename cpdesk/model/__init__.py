"""Plain facts as frozen dataclasses: records, operations, buildings, results. No input, no output, no behaviour
beyond what a value must know of itself."""

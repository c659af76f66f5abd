"""Energy of buildings: physics, systems, measures, packages, money and carbon of a farmhouse. Pure: no disk, no Qt."""

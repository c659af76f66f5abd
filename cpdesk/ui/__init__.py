"""The window. Presentation over operations: no rule of the trade, no disk and no calculation on the GUI thread."""

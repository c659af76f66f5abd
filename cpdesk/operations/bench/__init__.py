"""The program's own stopwatch: each bench measures one promise of the design and says on what machine."""

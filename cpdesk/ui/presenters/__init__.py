"""One thin presenter a page: asks operations off the GUI thread, turns answers into views, passes on what was done."""

"""Form engine: XLSForm to XForm, XPath, and the running of one filled form. Pure: no disk, no network, no Qt."""

"""`make eval`: how right the portal is, measured on real calls. One module a question, each with ``main``."""

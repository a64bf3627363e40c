"""When what is done: planned times, what is due, and the process that does it."""

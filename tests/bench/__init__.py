"""`make bench`: what things cost, each as a ratio to a named peer measured in the same run."""

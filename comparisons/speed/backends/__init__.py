"""One file a library: how it is given a workload. Each is imported only in the process of its contender."""

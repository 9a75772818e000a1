"""What services may know of each other: requests, results, events."""

"""For people who write rules: running their examples and cases, and finding what a reader would stumble over."""

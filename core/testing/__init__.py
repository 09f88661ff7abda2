"""What any part must satisfy; authors of plugins call these checks in their own tests."""

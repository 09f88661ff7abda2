"""A comparison as pages for people: HTML and Markdown, and the same as JSON."""

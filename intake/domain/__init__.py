"""What is true of questionnaires, rules and reviews; knows nothing of the web, files or clocks."""

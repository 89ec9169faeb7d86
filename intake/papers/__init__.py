"""Pages as PDF: made by an engine in a process of its own, which reaches nothing but what it is handed."""

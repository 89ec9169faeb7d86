"""The files a clinic edits, read into what the domain knows, with errors that name the line."""

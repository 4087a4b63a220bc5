"""The text of PDF documents, for backends that take no files."""

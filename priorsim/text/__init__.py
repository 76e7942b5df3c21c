"""Results for readers: text, tables, Markdown, LaTeX and the report's page. Nothing is measured here."""

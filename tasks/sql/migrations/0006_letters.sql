-- Says of letters what the template of a text is.
COMMENT ON COLUMN variant.template IS 'The bytes that slots are joined into: for e-mail the whole MIME message, for a letter a typst document.';

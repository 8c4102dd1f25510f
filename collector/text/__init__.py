"""Text, from bytes to words: decoded, cleaned, made safe, folded; its language and its dates. Pure."""

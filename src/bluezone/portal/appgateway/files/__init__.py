"""Files and pages that published phones fetch: version, configuration, texts, news."""

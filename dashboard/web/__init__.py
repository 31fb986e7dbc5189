"""How the pages reach the browser: components, their files and requests, text, and admission."""

"""The tables that papers print, in Word, Excel, LaTeX, Markdown and HTML."""

"""What every floor above stands on: words and signs, small HTML, plain data, processes, files. Nothing here knows a study."""

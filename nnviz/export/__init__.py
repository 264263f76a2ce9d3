"""An experiment in other forms, to take home: code for other libraries."""

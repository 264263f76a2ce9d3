"""What a trace shows, drawn: pure functions from traces to Plotly figures."""

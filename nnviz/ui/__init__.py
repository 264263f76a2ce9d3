"""The Streamlit side: controls, state in the URL and the session, cached work."""

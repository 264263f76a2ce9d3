"""Streamlit's frames around the moving pictures."""

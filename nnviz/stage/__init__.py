"""The moving pictures: stage and films. What is sent, and the scripts and styles that draw it; free of Streamlit."""

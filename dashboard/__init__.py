"""The Streamlit app: reads the store, writes commands, never loads a model."""

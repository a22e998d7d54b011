"""The Streamlit app: reads the store, writes nothing, never loads a model."""

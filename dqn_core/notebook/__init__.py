"""The notebook, put right: as a script of cells, and as the Jupyter notebook that is made of it."""

# For Hugging Face Spaces, and for any Docker: docker build -t dqn-lab . && docker run -p 8501:8501 dqn-lab
FROM python:3.13-slim
RUN useradd --create-home --uid 1000 lab
WORKDIR /home/lab/app
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt
COPY .streamlit .streamlit
COPY assets assets
COPY dashboard dashboard
COPY dqn_core dqn_core
COPY pages pages
COPY app.py .
USER lab
ENV MALLOC_ARENA_MAX=1 DQN_LAB_RUNS=/home/lab/runs
EXPOSE 8501
# A Space tells its name; elsewhere the server is opened by an IP address or as localhost.
CMD streamlit run app.py --server.headless true --server.address 0.0.0.0 --browser.serverAddress "${SPACE_HOST:-localhost}"

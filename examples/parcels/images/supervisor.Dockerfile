# What the demo image of Parcels starts from: process-compose, which starts, watches and stops the services, and a Debian whose shell,
# coreutils, mount, setpriv and unshare put each service into its own folder.
# Build context: the program `process-compose` (github.com/F1bonacc1/process-compose, 1.87.0).
#
#   docker build -f supervisor.Dockerfile -t parcels/supervisor:1.0.0 CONTEXT
ARG BASE=debian:12-slim
FROM ${BASE}
LABEL org.opencontainers.image.title="Parcels" org.opencontainers.image.version="1.0.0"
COPY process-compose /usr/local/bin/process-compose

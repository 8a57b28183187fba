# Caddy for where every capability is dropped: the original's program carries cap_net_bind_service and does not start there, and its
# folders belong to root. The copy loses the capability, so it serves ports from 1024 on; any user may write its folders.
#
#   docker build -f edge.Dockerfile -t parcels/edge:1.0.0 .
ARG BASE=caddy:2
FROM ${BASE}
LABEL org.opencontainers.image.title="Parcels" org.opencontainers.image.version="1.0.0"
RUN cp /usr/bin/caddy /usr/bin/caddy.plain && mv /usr/bin/caddy.plain /usr/bin/caddy \
  && rmdir /config/caddy /data/caddy \
  && chown 10001:10001 /config /data \
  && chmod 1777 /config /data
USER 10001:10001
EXPOSE 8080 8443

# Two stages: a static binary is built with musl, and runs alone, as nobody in particular.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev npm
WORKDIR /build
COPY . .
RUN cargo build --release --locked && strip target/release/contactline

FROM alpine:3.22
RUN adduser -S -D -H -u 10001 contactline && mkdir -p /srv/contactline/data /srv/contactline/styles
COPY --from=build /build/target/release/contactline /usr/local/bin/contactline
USER 10001
EXPOSE 8080
VOLUME ["/srv/contactline"]
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD wget -q -O /dev/null http://127.0.0.1:8080/health
ENTRYPOINT ["contactline"]
CMD ["serve", "--listen", "0.0.0.0:8080"]

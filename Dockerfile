# docker build -t weft . && docker run --rm -p 8000:8000 -v ./flows:/data/flows:ro weft
FROM denoland/deno:2.9.6

WORKDIR /weft
RUN chown deno:deno /weft
USER deno

# the packages have a layer of their own, which is made again only when they change
COPY --chown=deno deno.json deno.lock ./
RUN deno install --frozen

COPY --chown=deno main.ts mod.ts ./
COPY --chown=deno src/ src/
COPY --chown=deno workers/ workers/
COPY --chown=deno deploy/weft.sh deploy/
RUN deno cache --frozen main.ts workers/*.ts

USER root
RUN ln -s /weft/deploy/weft.sh /usr/local/bin/weft && mkdir /data && chown deno:deno /data
USER deno

# what is written: the store, and what flows write with --allow-files
WORKDIR /data
VOLUME /data
ENV WEFT_HOST=0.0.0.0 WEFT_ADMIN=127.0.0.1:9180
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["deno", "eval", "--no-config", "if (!(await fetch('http://127.0.0.1:9180/health')).ok) Deno.exit(1)"]

# tini is process 1 of the image of Deno: it passes signals on, and collects what others leave behind
ENTRYPOINT ["/tini", "--", "weft"]
CMD ["start", "-f", "flows", "--store", ".weft/registry.db"]

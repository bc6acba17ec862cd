interface ProxyOptions {
  /** Asked with the text of each request before it is passed on; a response ends it here. */
  readonly before?: (body: string, request: Request) => Response | Promise<Response | undefined> | undefined;
  /** Asked after Dagster answered. */
  readonly after?: (body: string) => Response | Promise<Response | undefined> | undefined;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Asked with each message that Dagster sends over a WebSocket, in order: whether it is passed on. Without it there are no WebSockets. */
  readonly told?: (text: string) => boolean | Promise<boolean>;
}

interface Passage {
  readonly dagster: WebSocket;
  /** Of the client, until Dagster's socket is open. */
  waiting: string[];
  passing: Promise<void>;
}

/** A proxy before Dagster, on loopback. */
export function proxyTo(url: string, { before, after, tls, told }: ProxyOptions) {
  const open = new Set<Bun.ServerWebSocket<Passage>>();
  const server = Bun.serve<Passage>({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    ...(tls ? { tls } : {}),
    async fetch(request) {
      const body = await request.text();
      const early = await before?.(body, request);
      if (early) return early;
      const { pathname } = new URL(request.url);
      const protocol = request.headers.get("sec-websocket-protocol");
      if (told && protocol !== null) {
        const dagster = new WebSocket(`${url.replace(/^http/, "ws")}${pathname}`, protocol);
        const data = { dagster, waiting: [], passing: Promise.resolve() };
        if (server.upgrade(request, { data, headers: { "sec-websocket-protocol": protocol } })) return;
      }
      const answer = await fetch(`${url}${pathname}`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      const text = await answer.text();
      return (await after?.(body)) ?? new Response(text, { status: answer.status });
    },
    websocket: {
      open(client) {
        open.add(client);
        const { data } = client;
        data.dagster.onopen = () => {
          for (const text of data.waiting.splice(0)) data.dagster.send(text);
        };
        data.dagster.onmessage = (event) => {
          const text = String(event.data);
          data.passing = data.passing.then(async () => {
            if (await told?.(text)) client.send(text);
          });
        };
        data.dagster.onclose = () => client.close();
      },
      message({ data }, text) {
        if (data.dagster.readyState === WebSocket.OPEN) data.dagster.send(String(text));
        else data.waiting.push(String(text));
      },
      close(client) {
        open.delete(client);
        client.data.dagster.close();
      },
    },
  });
  return {
    url: tls ? `https://localhost:${server.port}` : `http://127.0.0.1:${server.port}`,
    /** Ends the WebSockets that there are. */
    cut: () => {
      for (const client of open) client.terminate();
    },
    stop: () => server.stop(true),
  };
}

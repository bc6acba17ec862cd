import type { Document } from "./document.ts";
import { authorisation, type DagsterTarget } from "./target.ts";

/** Dagster's web server speaks the older one of the two protocols (subscriptions-transport-ws), as of 1.13. */
const PROTOCOL = "graphql-ws";

/** Bun's, which takes headers; the DOM's types, which the pages' scripts need, hide it. */
const BunWebSocket = WebSocket as unknown as new (url: string, options: Bun.WebSocketOptions) => WebSocket;

interface Subscription<Variables, Data> {
  readonly target: Pick<DagsterTarget, "url" | "token">;
  readonly document: Document<Variables, Data>;
  readonly variables: Variables;
  /** An answer, and how many characters it has. */
  readonly onData: (data: Data, size: number) => void;
  /** Told once, unless it was closed from here: why nothing comes any more. */
  readonly onEnd: (why: string) => void;
}

/** Subscribes over a WebSocket of its own. The token goes along as it does with every request. */
export function subscribe<Variables, Data>(options: Subscription<Variables, Data>): { close(): void } {
  const { target, document, variables, onData, onEnd } = options;
  const socket = new BunWebSocket(`${target.url.replace(/^http/, "ws")}/graphql`, {
    protocols: [PROTOCOL],
    headers: { "user-agent": "Schemawatch", ...authorisation(target) },
  });
  let ended = false;
  const close = () => {
    ended = true;
    socket.close();
  };
  const end = (why: string) => {
    if (ended) return;
    close();
    onEnd(why);
  };
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: "connection_init", payload: {} });
  socket.onerror = () => end("It could not be opened, or broke.");
  socket.onclose = ({ code }) => end(`It was closed (${code}).`);
  socket.onmessage = ({ data }) => {
    if (ended) return;
    const text = String(data);
    const message = parsed<Data>(text);
    switch (message?.type) {
      case "connection_ack":
        return send({
          id: "1",
          type: "start",
          payload: { query: document.text, variables },
        });
      case "ka":
        return;
      case "data":
        if (message.payload?.data) return onData(message.payload.data, text.length);
        return end(`Dagster said: ${message.payload?.errors?.[0]?.message ?? "nothing."}`);
      default:
        return end(`Dagster said: ${text.slice(0, 500)}`);
    }
  };
  return { close };
}

interface Message<Data> {
  readonly type: string;
  readonly payload?: {
    readonly data?: Data | null;
    readonly errors?: readonly { readonly message: string }[];
  };
}

function parsed<Data>(text: string): Message<Data> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Message<Data>) : undefined;
  } catch {
    return undefined;
  }
}

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import htmxSse from "htmx.org/dist/ext/hx-sse.min.js" with { type: "text" };
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import app from "./app.js" with { type: "text" };
import base from "./css/base.css" with { type: "text" };
import fleet from "./css/fleet.css" with { type: "text" };
import home from "./css/home.css" with { type: "text" };
import lists from "./css/lists.css" with { type: "text" };
import objects from "./css/objects.css" with { type: "text" };
import pages from "./css/pages.css" with { type: "text" };
import parts from "./css/parts.css" with { type: "text" };
import phone from "./css/phone.css" with { type: "text" };
import runs from "./css/runs.css" with { type: "text" };
import tokens from "./css/tokens.css" with { type: "text" };
import logo from "./logo.svg" with { type: "text" };
import theme from "./theme.js" with { type: "text" };

const SCRIPT = "text/javascript; charset=utf-8";

interface Source {
  readonly type: string;
  readonly text: string;
}

/** All that pages load, by name; nothing comes from elsewhere. */
const SOURCES = {
  "app.css": {
    type: "text/css; charset=utf-8",
    text: [tokens, base, parts, lists, home, fleet, pages, objects, runs, phone].join("\n"),
  },
  // One file: htmx begins right after the script that holds it, and must then find its extension and our listeners.
  "app.js": { type: SCRIPT, text: [htmx, htmxSse, app].map(withoutMap).join(";\n") },
  "theme.js": { type: SCRIPT, text: theme },
  "logo.svg": { type: "image/svg+xml", text: logo },
} as const satisfies Record<string, Source>;

export type AssetName = keyof typeof SOURCES;

type Encoding = "br" | "gzip" | "identity";

interface Asset extends Source {
  readonly hash: string;
  /** Made when first asked for, then kept: the start does not wait for it. */
  readonly encoded: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
}

const ASSETS = new Map<string, Asset>(
  Object.entries(SOURCES).map(([name, source]) => [
    name,
    {
      ...source,
      hash: createHash("sha256").update(source.text).digest("hex").slice(0, 12),
      encoded: new Map(),
    },
  ]),
);

/** The address of an asset. It holds a hash of the content, so that it may be cached for ever. */
export function asset(name: AssetName): string {
  return `/assets/${ASSETS.get(name)?.hash}/${name}`;
}

/**
 * The answer to a request for `/assets/<hash>/<name>`; null when there is no such asset. An address with the hash of
 * another version is answered with this one, but not to be kept: after an update an old page still works.
 */
export async function serveAsset(request: Request, hash: string, name: string): Promise<Response | null> {
  const found = ASSETS.get(name);
  if (found === undefined) return null;
  const encoding = encodingOf(request.headers.get("accept-encoding") ?? "");
  const etag = `"${found.hash}-${encoding}"`;
  const headers: Record<string, string> = {
    "content-type": found.type,
    "cache-control": hash === found.hash ? "public, max-age=31536000, immutable" : "no-cache",
    etag,
    vary: "accept-encoding",
  };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  if (encoding !== "identity") headers["content-encoding"] = encoding;
  return new Response(await encode(found, encoding), { headers });
}

/** The best encoding that the client takes. */
export function encodingOf(accepted: string): Encoding {
  if (/\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted)) return "br";
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted) ? "gzip" : "identity";
}

function encode(found: Asset, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const known = found.encoded.get(encoding);
  if (known !== undefined) return known;
  const made = compress(new TextEncoder().encode(found.text), encoding);
  found.encoded.set(encoding, made);
  return made;
}

async function compress(
  content: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "identity") return content;
  if (encoding === "gzip") return new Uint8Array(await promisify(gzip)(content, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return new Uint8Array(await promisify(brotliCompress)(content, { params }));
}

/** The package names a source map that is not served; a browser's tools would ask for it in vain. */
function withoutMap(script: string): string {
  return script.replace(/\n?\/\/# sourceMappingURL=.*$/m, "");
}

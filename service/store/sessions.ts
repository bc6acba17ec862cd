import type { Database } from "../postgres/types.ts";

/** A session of the page, as any web process finds it. */
export interface Session {
  /** Hash of the access token that opened it: the session is void once that token is gone. */
  readonly tokenHash: string;
}

export interface NewSession {
  /** SHA-256 of the cookie, hex. The cookie itself is never stored. */
  readonly hash: string;
  readonly tokenName: string;
  readonly tokenHash: string;
  readonly role: "viewer" | "operator";
  readonly lifeMs: number;
}

/** Stores a session that ends `lifeMs` from now by the store's clock, and forgets those that have ended. */
export async function createSession(store: Database, session: NewSession): Promise<void> {
  await store.query(
    `with ended as (delete from schemawatch.session where expires_at < now())
     insert into schemawatch.session (hash, token_name, token_hash, role, expires_at)
     values ($1, $2, $3, $4, now() + $5::double precision * interval '1 millisecond')`,
    [session.hash, session.tokenName, session.tokenHash, session.role, session.lifeMs],
  );
}

/** The session of a cookie's hash; null when there is none or it has ended. */
export async function findSession(store: Database, hash: string): Promise<Session | null> {
  const [row] = await store.query<{ token_hash: string }>(
    "select token_hash from schemawatch.session where hash = $1 and expires_at > now()",
    [hash],
  );
  return row === undefined ? null : { tokenHash: row.token_hash };
}

/** Ends a session; one that is not there is fine. */
export async function deleteSession(store: Database, hash: string): Promise<void> {
  await store.query("delete from schemawatch.session where hash = $1", [hash]);
}

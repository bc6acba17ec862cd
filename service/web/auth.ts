import type { Clock } from "../clock.ts";
import { TokenFile } from "../config/token-file.ts";
import { hashOf, type TokenRole } from "../config/tokens.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../postgres/types.ts";
import { createSession, deleteSession, findSession } from "../store/sessions.ts";
import { isUnsafe } from "./security.ts";
import { cookieOf, newCookie, SESSION_MS } from "./session.ts";

/** Who makes a request. */
export interface Principal {
  /** The token's name; null where everyone on this machine is let in. */
  readonly name: string | null;
  readonly role: TokenRole;
}

/** Where there is no AUTH_FILE the service listens on loopback only, and whoever is on the machine may do everything. */
const EVERYONE: Principal = { name: null, role: "operator" };

/** Paths that need no login: probes and scrapers have no token, the login page none yet, and assets tell nothing. */
const OPEN = new Set(["/healthz", "/readyz", "/metrics", "/login", "/logout", "/favicon.ico"]);

/** Who may come in, and what for. */
export class Auth {
  readonly #store: Database;
  readonly #tokens: TokenFile | null;
  readonly #principals = new WeakMap<Request, Principal>();

  constructor(options: { store: Database; authFile: string | null; clock: Clock }) {
    this.#store = options.store;
    this.#tokens = options.authFile === null ? null : new TokenFile(options.authFile, options.clock);
  }

  /** Whether people must log in. */
  get required(): boolean {
    return this.#tokens !== null;
  }

  /**
   * Lets a request in, or rejects with AppError "unauthorized" when nobody is known by its token or session, "forbidden"
   * when a viewer makes an unsafe request. Every path that is not named open needs a login, so that a new one does.
   */
  async admit(request: Request, path: string): Promise<void> {
    if (OPEN.has(path) || path.startsWith("/assets/")) return;
    const principal = await this.#identify(request);
    if (principal === null) {
      throw new AppError("unauthorized", "You are not logged in, or your session has ended.", {
        mend: "Log in with an access token, or send it as `Authorization: Bearer …`.",
      });
    }
    if (isUnsafe(request) && principal.role !== "operator") {
      throw new AppError("forbidden", `${principal.name} may look, but not change anything.`, {
        mend: "Use an operator's token.",
      });
    }
    this.#principals.set(request, principal);
  }

  /** Who makes an admitted request; null on the open paths and for a stranger. */
  principal(request: Request): Principal | null {
    return this.#principals.get(request) ?? null;
  }

  /** Whether who made an admitted request would still be known: for answers that last. */
  async isKnown(request: Request): Promise<boolean> {
    return (await this.#identify(request)) !== null;
  }

  /** Opens a session for an access token and returns its cookie; null when nobody has that token. */
  async logIn(secret: string): Promise<string | null> {
    const token = await this.#tokens?.find(hashOf(secret));
    if (!token) return null;
    const cookie = newCookie();
    await createSession(this.#store, {
      hash: hashOf(cookie),
      tokenName: token.name,
      tokenHash: token.hash,
      role: token.role,
      lifeMs: SESSION_MS,
    });
    return cookie;
  }

  /** Ends the session of the request's cookie, on every replica. */
  async logOut(request: Request): Promise<void> {
    const cookie = cookieOf(request);
    if (cookie !== null) await deleteSession(this.#store, hashOf(cookie));
  }

  async #identify(request: Request): Promise<Principal | null> {
    if (this.#tokens === null) return EVERYONE;
    const authorization = request.headers.get("authorization");
    let hash: string | undefined;
    if (authorization !== null) {
      const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      hash = secret === undefined ? undefined : hashOf(secret);
    } else {
      const cookie = cookieOf(request);
      hash = cookie === null ? undefined : (await findSession(this.#store, hashOf(cookie)))?.tokenHash;
    }
    if (hash === undefined) return null;
    // The role is the token's of now, not of the login: taking it away takes effect at once.
    const token = await this.#tokens.find(hash);
    return token === null ? null : { name: token.name, role: token.role };
  }
}

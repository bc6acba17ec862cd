import { atOnce, each, filtered, type Slices } from "../slices.ts";
import { splitIdentity, unquoteIdentifier } from "./identifier.ts";
import type { CatalogObject, Kind, Snapshot } from "./model.ts";

/**
 * What concerns a database of what its server shares among all of them. A schema is approved for a database that lives on
 * several servers (development, staging, production), each with roles and tablespaces of its own: those that the schema
 * names are a part of it, the other ones are not.
 */
interface Concern {
  /** Roles that own something or may do something, by their names, and the roles that these are members of. */
  readonly roles: Set<string>;
  /** Tablespaces that something lies in. */
  readonly tablespaces: Set<string>;
}

/** Kinds of what a server shares among its databases. */
const SHARED: ReadonlySet<Kind> = new Set<Kind>(["role", "tablespace", "parameter"]);

/** Lists of rights (grants.ts). */
const GRANTS = ["grants", "identityGrants", "memberGrants", "builtinGrants"];

/**
 * Two snapshots that may be of different servers, each less the roles, tablespaces and rights on parameters that concern
 * the database in neither. A role is told as missing only where the server does not have it.
 */
export function concerningOnly(before: Snapshot, after: Snapshot): [Snapshot, Snapshot] {
  return atOnce(concerningSlices(before, after));
}

/** The same in slices, for snapshots of any size. */
export function* concerningSlices(before: Snapshot, after: Snapshot): Slices<[Snapshot, Snapshot]> {
  const concern = yield* concernOf(before, after);
  return [yield* less(before, concern), yield* less(after, concern)];
}

/** A snapshot less the roles, tablespaces and rights on parameters that do not concern the database. */
export function ofDatabase(snapshot: Snapshot): Snapshot {
  return atOnce(less(snapshot, atOnce(concernOf(snapshot))));
}

function* less(snapshot: Snapshot, { roles, tablespaces }: Concern): Slices<Snapshot> {
  const concerns = (object: CatalogObject): boolean => {
    if (object.kind === "role") return roles.has(object.name);
    if (object.kind === "tablespace") return tablespaces.has(object.name);
    if (object.kind !== "parameter") return true;
    return listOf(object, "grants").some((line) => {
      const [grantee] = rolesIn(line);
      return grantee === undefined || roles.has(grantee);
    });
  };
  return { ...snapshot, objects: yield* filtered(snapshot.objects, concerns) };
}

function* concernOf(...snapshots: readonly Snapshot[]): Slices<Concern> {
  const concern: Concern = { roles: new Set(), tablespaces: new Set() };
  for (const { objects } of snapshots) {
    yield* each(objects, (object) => {
      if (SHARED.has(object.kind)) return;
      addRoles(concern.roles, object);
      const { tablespace } = object.attributes;
      if (typeof tablespace === "string") concern.tablespaces.add(tablespace);
    });
  }
  for (const { objects } of snapshots)
    for (const object of objects)
      if (object.kind === "tablespace" && concern.tablespaces.has(object.name))
        addRoles(concern.roles, object);
  for (const { objects } of snapshots) addGroups(concern.roles, objects);
  return concern;
}

/** The roles that an object names: its owner, whom it gives rights, for whom it is made. */
function addRoles(roles: Set<string>, object: CatalogObject): void {
  const { kind, name, identity, attributes } = object;
  if (typeof attributes.owner === "string") roles.add(attributes.owner);
  for (const list of GRANTS)
    for (const line of listOf(object, list)) for (const role of rolesIn(line)) roles.add(role);
  if (kind === "policy") for (const role of listOf(object, "roles")) roles.add(role);
  if (kind === "user mapping") roles.add(name);
  if (kind === "default privileges") roles.add(unquoteIdentifier(splitIdentity(identity)?.at(-2) ?? ""));
  for (const setting of listOf(object, "roleSettings")) roles.add(leading(setting));
}

/** Adds the roles that those there are members of, whose rights they have. */
function addGroups(roles: Set<string>, objects: readonly CatalogObject[]): void {
  const groups = new Map(
    objects.flatMap((object) =>
      object.kind === "role" ? [[object.name, listOf(object, "memberOf").map(leading)] as const] : [],
    ),
  );
  // A set is walked through in the order of its growth: what is added on the way is met as well.
  for (const role of roles) for (const group of groups.get(role) ?? []) roles.add(group);
}

function listOf({ attributes }: CatalogObject, name: string): readonly string[] {
  const value = attributes[name];
  return Array.isArray(value) ? value : [];
}

/** The name that a text begins with, without its quotes. */
function leading(text: string): string {
  return unquoteIdentifier(/^(?:"(?:[^"]|"")+"|[a-z0-9_]+)/.exec(text)?.[0] ?? "");
}

/** A line of rights from its end, as an object may stand before it. */
const LINE =
  /(?:^|: )("(?:[^"]|"")+"|[^\s":]+): (?:no )?[A-Z, ]+(?: \(with grant option: [A-Z, ]+\))?(?: \(granted by ("(?:[^"]|"")+"|[^\s":]+)\))?$/;

/** The grantee, unless it is PUBLIC, and the grantor, where one is told. */
function rolesIn(line: string): string[] {
  const [, grantee = "PUBLIC", grantor] = LINE.exec(line) ?? [];
  return [grantee === "PUBLIC" ? undefined : grantee, grantor].flatMap((name) =>
    name === undefined ? [] : [unquoteIdentifier(name)],
  );
}

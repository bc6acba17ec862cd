import type { Sql } from "../postgres/types.ts";
import shop from "./shop.sql" with { type: "text" };

/** Any number that nobody else locks; "shop" in hexadecimal. */
const INSTALL_LOCK = 0x73686f70;

/**
 * Fills an empty database with the shop. A database that holds any relation or type of its own is left
 * as it is: a person may have changed the sample, and that is what it is for. All or nothing, and safe to run several
 * times at once.
 */
export async function installSample(sql: Sql): Promise<void> {
  if (!(await isEmpty(sql))) return;
  // One statement, so that it is one transaction on any client, and nothing is seen before all of it is there.
  await sql.query(`do $install$ begin
    perform pg_advisory_xact_lock(${INSTALL_LOCK});
    if ${EMPTY} then execute $script$${shop}$script$; end if;
  end $install$`);
}

const EMPTY = `not exists (
  select from pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and (exists (select from pg_class c where c.relnamespace = n.oid) or exists (select from pg_type t where t.typnamespace = n.oid))
)`;

async function isEmpty(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ empty: boolean }>(`select ${EMPTY} as empty`);
  return row?.empty === true;
}

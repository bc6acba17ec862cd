/** One statement of the button "Apply a sample change", and what takes it back: each text is one transaction. */
export interface SampleChange {
  readonly title: string;
  readonly sql: string;
  readonly undoTitle: string;
  readonly undo: string;
  /** SQL expression: true when the change stands, false when it could be made, null when its object is not there. Never fails. */
  readonly stands: string;
}

/** Whether a column has this type (format_type), or exists when no type is named. */
function column(table: string, name: string, state: string): string {
  return `(select ${state} from pg_attribute a where a.attrelid = to_regclass('${table}') and a.attname = '${name}' and not a.attisdropped)`;
}

function hasType(table: string, name: string, type: string): string {
  return column(table, name, `format_type(a.atttypid, a.atttypmod) = '${type}'`);
}

/** Whether a relation below a table exists; null without the table. */
function below(table: string, state: string): string {
  return `case when to_regclass('${table}') is not null then ${state} end`;
}

function constraint(table: string, name: string): string {
  return below(
    table,
    `exists (select from pg_constraint where conrelid = to_regclass('${table}') and conname = '${name}')`,
  );
}

const LOW_STOCK = `create view stock.low_stock as
  select p.sku, p.name, sum(i.quantity - i.reserved) as available
  from public.products p join stock.inventory i on i.product_id = p.id
  group by p.id having sum(i.quantity - i.reserved) < 20`;

const ORDER_TOTAL = `create or replace function public.order_total(wanted_order bigint) returns numeric language sql`;

const ORDER_TOTAL_BODY = `as $$
  select coalesce(sum(line_total), 0) from public.order_items where order_id = wanted_order $$`;

/**
 * Real statements, safe, risky and breaking mixed. No two touch the same attribute, so each can be made and taken back
 * whatever the others are; the order is the order of the button.
 */
export const SAMPLE_CHANGES: readonly SampleChange[] = [
  {
    title: "Add a column to products",
    sql: "alter table public.products add column weight_grams integer",
    undoTitle: "Drop a column of products",
    undo: "alter table public.products drop column weight_grams",
    stands: below("public.products", `exists ${column("public.products", "weight_grams", "1")}`),
  },
  {
    title: "Widen the phone number",
    sql: "alter table public.customers alter column phone type varchar(40)",
    undoTitle: "Narrow the phone number",
    undo: "alter table public.customers alter column phone type varchar(20)",
    stands: hasType("public.customers", "phone", "character varying(40)"),
  },
  {
    title: "Build an index without CONCURRENTLY",
    sql: "create index orders_placed_at_idx on public.orders (placed_at)",
    undoTitle: "Drop an index of orders",
    undo: "drop index public.orders_placed_at_idx",
    stands: below("public.orders", "to_regclass('public.orders_placed_at_idx') is not null"),
  },
  {
    title: "Rename a column of reviews",
    sql: "alter table public.reviews rename column body to review_text",
    undoTitle: "Rename a column of reviews back",
    undo: "alter table public.reviews rename column review_text to body",
    stands: `coalesce(${column("public.reviews", "review_text", "true")}, ${column("public.reviews", "body", "false")})`,
  },
  {
    title: "Require a postal code",
    sql: "alter table public.addresses alter column postal_code set not null",
    undoTitle: "Let the postal code be missing",
    undo: "alter table public.addresses alter column postal_code drop not null",
    stands: column("public.addresses", "postal_code", "a.attnotnull"),
  },
  {
    title: "Drop the view of low stock",
    sql: "drop view stock.low_stock",
    undoTitle: "Create the view of low stock",
    undo: `${LOW_STOCK};
grant select on stock.low_stock to shop_staff`,
    stands: below("stock.inventory", "to_regclass('stock.low_stock') is null"),
  },
  {
    title: "Run order_total with its owner's rights",
    sql: `${ORDER_TOTAL} stable parallel safe security definer
  set search_path = pg_catalog, public
  ${ORDER_TOTAL_BODY}`,
    undoTitle: "Run order_total with the caller's rights",
    undo: `${ORDER_TOTAL} stable parallel safe ${ORDER_TOTAL_BODY}`,
    stands: "(select prosecdef from pg_proc where oid = to_regprocedure('public.order_total(bigint)'))",
  },
  {
    title: "Add a value to gift_wrap",
    sql: "alter type public.gift_wrap add value 'ribbon'",
    undoTitle: "Take a value out of gift_wrap",
    undo: `alter type public.gift_wrap rename to gift_wrap_before;
create type public.gift_wrap as enum ('none', 'paper', 'box');
alter table public.orders alter column wrap drop default,
  alter column wrap type public.gift_wrap using wrap::text::public.gift_wrap,
  alter column wrap set default 'none';
drop type public.gift_wrap_before`,
    stands:
      "(select bool_or(enumlabel = 'ribbon') from pg_enum where enumtypid = to_regtype('public.gift_wrap'))",
  },
  {
    title: "Revoke reading orders from shop_report",
    sql: "revoke select on public.orders from shop_report",
    undoTitle: "Let shop_report read orders",
    undo: "grant select on public.orders to shop_report",
    stands: `(select not has_table_privilege(r.oid, to_regclass('public.orders'), 'SELECT') from pg_roles r where r.rolname = 'shop_report')`,
  },
  {
    title: "Tie reviews to their orders",
    sql: "alter table public.reviews add constraint reviews_order_id_fkey foreign key (order_id) references public.orders",
    undoTitle: "Untie reviews from their orders",
    undo: "alter table public.reviews drop constraint reviews_order_id_fkey",
    stands: constraint("public.reviews", "reviews_order_id_fkey"),
  },
  {
    title: "Tighten who sees which orders",
    sql: "alter policy orders_staff on public.orders using (status <> 'cancelled')",
    undoTitle: "Loosen who sees which orders",
    undo: "alter policy orders_staff on public.orders using (true)",
    stands: `(select pg_get_expr(polqual, polrelid) <> 'true' from pg_policy where polrelid = to_regclass('public.orders') and polname = 'orders_staff')`,
  },
  {
    title: "Make the moved quantity a bigint",
    sql: "alter table stock.movements alter column quantity type bigint",
    undoTitle: "Make the moved quantity an integer again",
    undo: "alter table stock.movements alter column quantity type integer",
    stands: hasType("stock.movements", "quantity", "bigint"),
  },
  {
    title: "Create a table of gift cards",
    sql: `create table public.gift_cards (
  id bigint generated always as identity primary key,
  customer_id bigint not null references public.customers,
  balance public.amount
)`,
    undoTitle: "Drop the table of gift cards",
    undo: "drop table public.gift_cards",
    stands: below("public.customers", "to_regclass('public.gift_cards') is not null"),
  },
  {
    title: "Add next year's partition of the audit log",
    sql: `create table public.audit_log_2027 partition of public.audit_log
  for values from ('2027-01-01 00:00:00+00') to ('2028-01-01 00:00:00+00')`,
    undoTitle: "Drop next year's partition of the audit log",
    undo: "drop table public.audit_log_2027",
    stands: below("public.audit_log", "to_regclass('public.audit_log_2027') is not null"),
  },
  {
    title: "Switch off the audit trigger",
    sql: "alter table public.orders disable trigger orders_audit",
    undoTitle: "Switch on the audit trigger",
    undo: "alter table public.orders enable trigger orders_audit",
    stands: `(select tgenabled = 'D' from pg_trigger where tgrelid = to_regclass('public.orders') and tgname = 'orders_audit')`,
  },
  {
    title: "Rename the table of coupons",
    sql: "alter table public.coupons rename to vouchers",
    undoTitle: "Rename the table of vouchers back",
    undo: "alter table public.vouchers rename to coupons",
    stands: `case when to_regclass('public.vouchers') is not null then true when to_regclass('public.coupons') is not null then false end`,
  },
];

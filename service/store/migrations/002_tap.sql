-- Who made a change, as far as a tap tells, and what came and went between two looks.
alter table schemawatch.database
  add column tap       jsonb,                 -- {state, version, listening, reason}; null: not looked at yet
  add column counting  boolean,               -- whether the server counts what changes in its catalogs (track_counts)
  add column standby   boolean,
  add column notice    text,                  -- the last thing that happened to the server itself, for people
  add column notice_at timestamptz;

alter table schemawatch.change
  add column attribution text not null default 'none' check (attribution in ('none', 'unreadable', 'read')),
  add column authors    text[] not null default '{}',   -- who logged in; empty: unknown
  add column transients jsonb not null default '[]',    -- Transient[]
  add column transient_count integer not null default 0,
  add column note       text;                           -- why this change is told as a whole, e.g. that it is another database

alter table schemawatch.change_object
  add column statements integer[] not null default '{}'; -- numbers of its statements; empty: unknown

create table schemawatch.change_statement (
  change_id     bigint not null references schemawatch.change on delete cascade,
  seq           integer not null,             -- 1-based, in their order
  body          jsonb not null,               -- ChangeStatement
  primary key (change_id, seq)
);

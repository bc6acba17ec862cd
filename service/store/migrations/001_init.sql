-- Schemawatch's own schema. pg-boss keeps its queue in the schema pgboss beside it.

create table schemawatch.database (
  id            integer generated always as identity primary key,
  name          text not null unique,
  labels        jsonb not null default '{}',
  interval_ms   integer not null,
  exact_every_ms integer not null,
  baseline      text,                         -- as configured: the file's name, for people
  sample        boolean not null default false,
  connect       text,                         -- the psql line; the sample's only
  watched       boolean not null default true, -- false: no longer in databases.yaml; its history stays
  created_at    timestamptz not null default now(),

  -- The lease: one poller at a time. Every hand-over raises the fence; whoever shows an older one is refused.
  lease_holder  uuid,
  lease_fence   bigint not null default 0,
  lease_until   timestamptz,

  -- Watch state, written by the holder of the lease.
  state         text not null default 'starting' check (state in ('starting', 'watching', 'unreachable')),
  reason        text,                         -- why unreachable; never holds a password
  failures      integer not null default 0,
  next_try_at   timestamptz,
  last_gate_at  timestamptz,                  -- the last time the gate was read
  last_look_at  timestamptz,                  -- the last exact look
  last_look_ms  double precision,
  last_look_cause text,
  gate          jsonb,                        -- the gate reading that belongs to the current snapshot
  row_version   text,
  snapshot_id   bigint,                       -- the current snapshot
  last_change_id bigint,
  baseline_state text not null default 'none' check (baseline_state in ('none', 'synced', 'drifted', 'unreadable')),
  baseline_reason text,                       -- why unreadable
  baseline_hash text,                         -- fingerprint of the baseline that was compared
  drift         jsonb not null default '[]',  -- ObjectChange[] from the baseline to the schema, at most 200
  drift_count   integer not null default 0
);

create table schemawatch.snapshot (
  id            bigint generated always as identity primary key,
  database_id   integer not null references schemawatch.database on delete cascade,
  taken_at      timestamptz not null default now(),
  format        integer not null,
  server_version_num integer not null,
  origin        text,
  fingerprint   text not null,
  object_count  integer not null,
  unreadable    jsonb not null default '[]'
);
create index snapshot_by_database on schemawatch.snapshot (database_id, id desc);

-- An object's content, once per distinct content.
create table schemawatch.object (
  hash          text primary key,
  body          jsonb not null                -- CatalogObject less address and version
);

-- Which content an object had from which snapshot on (first) until before which (last; null: still).
create table schemawatch.snapshot_object (
  database_id   integer not null references schemawatch.database on delete cascade,
  kind          text not null,
  identity      text not null,
  address       text,
  version       text,
  hash          text not null references schemawatch.object,
  first_snapshot bigint not null references schemawatch.snapshot on delete cascade,
  last_snapshot bigint references schemawatch.snapshot on delete cascade
);
create unique index snapshot_object_current on schemawatch.snapshot_object (database_id, kind, identity) where last_snapshot is null;
create index snapshot_object_by_hash on schemawatch.snapshot_object (hash);
create index snapshot_object_by_snapshot on schemawatch.snapshot_object (database_id, first_snapshot, last_snapshot);

-- What one exact look found: one change with one or more changed objects.
create table schemawatch.change (
  id            bigint generated always as identity primary key,
  database_id   integer not null references schemawatch.database on delete cascade,
  before_snapshot bigint references schemawatch.snapshot on delete set null,
  after_snapshot bigint not null references schemawatch.snapshot on delete cascade,
  found_at      timestamptz not null default now(),
  cause         text not null check (cause in ('start', 'gate', 'row-version', 'unconditional', 'request', 'tap')),
  compatibility text not null check (compatibility in ('breaking', 'risky', 'safe')),
  breaking      integer not null,
  risky         integer not null,
  safe          integer not null,
  summary       text not null,                -- e.g. "column public.orders.total altered and 2 more"
  impact        jsonb                         -- filled by the workflow
);
create index change_by_database on schemawatch.change (database_id, id desc);
create index change_by_time on schemawatch.change (found_at);

create table schemawatch.change_object (
  change_id     bigint not null references schemawatch.change on delete cascade,
  seq           integer not null,             -- 1-based, worst first
  kind          text not null,
  identity      text not null,
  action        text not null,
  compatibility text not null,
  body          jsonb not null,               -- ObjectChange
  primary key (change_id, seq)
);

-- One run of the workflow process-schema-change.
create table schemawatch.run (
  id            bigint generated always as identity primary key,
  database_id   integer not null references schemawatch.database on delete cascade,
  change_id     bigint references schemawatch.change on delete set null,
  cause         text not null check (cause in ('change', 'request', 'rerun')),
  rerun_of      bigint references schemawatch.run on delete set null,
  idempotency_key text,
  requested_by  text,                         -- the token's name, where there is one
  -- requested: an exact look is owed first (by the holder of the lease). queued: in pg-boss. Then running, then one of the ends.
  state         text not null check (state in ('requested', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
  look          jsonb,                        -- {outcome: changed|unchanged|failed, at, ms, objects, reason}
  requested_at  timestamptz not null default now(),
  queued_at     timestamptz,
  started_at    timestamptz,
  finished_at   timestamptz,
  cancel_requested_at timestamptz,
  job_id        uuid,                         -- pg-boss
  attempt       integer not null default 0,   -- the fence: the attempt that owns the run; older attempts may not commit
  worker_id     uuid,
  last_seq      integer not null default 0,   -- of run_event
  summary       text,
  report_markdown text,
  report_html   text,
  error         text
);
create unique index run_idempotency on schemawatch.run (database_id, idempotency_key) where idempotency_key is not null;
create index run_by_database on schemawatch.run (database_id, id desc);
create index run_by_state on schemawatch.run (state, id desc);
create index run_requested on schemawatch.run (database_id) where state = 'requested';
create index run_active on schemawatch.run (database_id, id desc) where state in ('requested', 'queued', 'running');
create index run_running on schemawatch.run (worker_id) where state = 'running';
create index run_by_change on schemawatch.run (change_id) where change_id is not null;

-- The journal: a step that is 'succeeded' here is never run again.
create table schemawatch.step (
  run_id        bigint not null references schemawatch.run on delete cascade,
  position      integer not null,             -- 1-based
  name          text not null,
  state         text not null check (state in ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  attempt       integer not null default 0,   -- tries of this step
  started_at    timestamptz,
  finished_at   timestamptz,
  output        jsonb,
  error         text,
  primary key (run_id, position)
);

-- What happened in a run, in order: the live log. One writer at a time (run.last_seq is raised in the same statement), so
-- that seq order is commit order and `seq > n` never misses a row.
create table schemawatch.run_event (
  run_id        bigint not null references schemawatch.run on delete cascade,
  seq           integer not null,
  at            timestamptz not null default clock_timestamp(),
  type          text not null check (type in ('run', 'step', 'log')),
  step          text,
  state         text,                         -- of the run or the step, for types run and step
  level         text,                         -- of a log line: info, warn, error
  message       text not null,
  primary key (run_id, seq)
);

-- Workers alive: each holds the session advisory lock (class 0x53574b52, lock_key). A row whose lock is free is a dead worker.
create table schemawatch.worker (
  id            uuid primary key,
  lock_key      integer generated always as identity unique,
  started_at    timestamptz not null default now()
);

-- Sessions of the page. Only the SHA-256 of the cookie is kept.
create table schemawatch.session (
  hash          text primary key,
  token_name    text not null,
  token_hash    text not null,                -- the session ends when its token is gone from AUTH_FILE
  role          text not null check (role in ('viewer', 'operator')),
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null
);

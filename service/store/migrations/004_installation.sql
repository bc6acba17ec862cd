-- What tells this installation from others where both hand work to one other system. One row.
create table schemawatch.installation (
  one  boolean primary key default true check (one),
  id   uuid not null default gen_random_uuid()
);
insert into schemawatch.installation default values;

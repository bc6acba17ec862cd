-- The tap: two event triggers that note who ran which DDL. Whatever goes wrong in here, the user's DDL goes through:
-- `heard` catches every fault, waits for no lock longer than a moment, and calls `note`, so that even a `note` that is
-- broken or gone is only a fault to be caught.
create schema schemawatch_tap;

create table schemawatch_tap.statement (
  id          bigint generated always as identity primary key,
  at          timestamptz not null,  -- the clock's time
  began       timestamptz not null,  -- the transaction's
  transaction xid8 not null,         -- of the top level: whether a snapshot sees it tells whether it sees this row
  login       text not null,         -- session_user
  role        text,                  -- SET ROLE; null: none
  application text not null,
  address     text,                  -- of the client; null: a unix socket
  pid         integer not null,
  event       text not null,         -- sql_drop or ddl_command_end: a statement may have both, in this order
  tag         text not null,
  text        text not null,         -- what the client sent, its beginning, without secrets
  objects     jsonb not null,        -- [{kind, identity, address, tag, root}]; root: dropped by name and not with something else
  more        integer not null       -- objects beyond those
);

-- A statement that could hold a secret keeps no literal, and nothing behind a place where literals cannot be told from
-- the rest for certain: dollar quotes, block comments, and an open quote.
create function schemawatch_tap.masked(sent text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $masked$
declare
  told text := '';
  token text;
begin
  if sent !~* 'passw|pwd|secret|token|credential|api_?key|private|connection|subscription|user\s+mapping|\mserver\M|wrapper|conninfo|dblink|://' then
    return sent;
  end if;
  for token in
    select hit[1] from regexp_matches(sent,
      $re$([[:alpha:]_][[:alnum:]_]*|\s+|"(?:[^"]|"")*"|[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|--[^\n]*|/\*|.)$re$, 'g') as hit
  loop
    -- With standard_conforming_strings off, or in an identifier with an ampersand, quotes end elsewhere.
    exit when token in ('''', '"', '/*', '$') or token ~ '^''' and current_setting('standard_conforming_strings') <> 'on';
    continue when token like '--%';
    told := told || case when token ~ '^[eE]?''' then '''***''' else token end;
  end loop;
  return case when told = sent then sent else rtrim(told) || ' /* secrets left out */' end;
end $masked$;

create function schemawatch_tap.note(event text, tag text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $note$
declare
  objects jsonb;
  total integer;
  noted bigint;
begin
  if event = 'sql_drop' then
    select count(*), coalesce(jsonb_agg(o.object order by nth) filter (where nth <= 500), '[]') into total, objects
    from (
      select jsonb_build_object('kind', object_type, 'identity', object_identity,
               'address', classid::regclass || ':' || objid || ':' || objsubid, 'tag', tag, 'root', original) as object,
             row_number() over (order by not original, not normal) as nth
      from pg_event_trigger_dropped_objects()
      where not is_temporary and schema_name is distinct from 'schemawatch_tap' and schema_name is distinct from 'pg_toast'
        and coalesce(object_name, '') not like 'schemawatch\_tap%'
    ) o;
  else
    select count(*), coalesce(jsonb_agg(o.object order by nth) filter (where nth <= 500), '[]') into total, objects
    from (
      select jsonb_build_object('kind', object_type, 'identity', object_identity,
               'address', classid::regclass || ':' || objid || ':' || objsubid, 'tag', command_tag) as object,
             row_number() over () as nth
      from pg_event_trigger_ddl_commands()
      where not in_extension and schema_name is distinct from 'pg_temp' and schema_name is distinct from 'schemawatch_tap'
        -- GRANT does not say on what.
        and coalesce(object_identity, '') not like 'schemawatch\_tap%'
        and (object_identity is not null or current_query() not like '%schemawatch\_tap%')
    ) o;
  end if;
  if total = 0 then
    return;
  end if;
  insert into schemawatch_tap.statement
    (at, began, transaction, login, role, application, address, pid, event, tag, text, objects, more)
  values (
    clock_timestamp(), transaction_timestamp(), pg_current_xact_id(), session_user,
    nullif(current_setting('role'), 'none'), current_setting('application_name'), host(inet_client_addr()),
    pg_backend_pid(), event, tag, schemawatch_tap.masked(left(coalesce(current_query(), ''), 4000)),
    objects, greatest(total - 500, 0)
  )
  returning id into noted;
  -- NOTIFY would keep the transaction from being prepared, and fail its commit were the queue full.
  if current_setting('max_prepared_transactions') = '0' and pg_notification_queue_usage() < 0.5 then
    perform pg_notify('schemawatch_tap', '');
  end if;
  -- Reading the log in a serializable transaction could make it, or another one, fail.
  if noted % 64 = 0 and current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
    delete from schemawatch_tap.statement where id in (
      select id from schemawatch_tap.statement
      where id <= noted - 2000 or at < clock_timestamp() - interval '30 days'
      order by id limit 1000 for update skip locked
    );
  end if;
end $note$;

create function schemawatch_tap.heard() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $heard$
begin
  perform schemawatch_tap.note(tg_event, tg_tag);
exception when others or assert_failure then
  raise log 'The tap of Schemawatch did not note a %: % (%)', tg_tag, sqlerrm, sqlstate;
end $heard$;

revoke all on all tables in schema schemawatch_tap from public;
revoke all on all functions in schema schemawatch_tap from public;

create event trigger schemawatch_tap_drop on sql_drop execute function schemawatch_tap.heard();
create event trigger schemawatch_tap_end on ddl_command_end execute function schemawatch_tap.heard();
alter event trigger schemawatch_tap_drop enable always;
alter event trigger schemawatch_tap_end enable always;

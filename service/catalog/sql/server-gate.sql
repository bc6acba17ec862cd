-- What moved on the whole server, read from any one of its databases: the shared catalogs as gate.sql has them, and of each
-- database the rows ever inserted, updated and deleted in all its tables, catalogs included, with when they were last reset.
-- Of pg_database, which each database that comes or goes moves, every one has its own row's version instead.
-- `busy` are the databases in which another client's session is at work or was lately, with the seconds since: those whose
-- counters may still be held back. A role that may not see others' activity finds none.
select
  case
    when pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')
      then (select system_identifier::text from pg_catalog.pg_control_system())
  end as system,
  extract(epoch from pg_catalog.pg_postmaster_start_time())::text as started,
  pg_catalog.pg_is_in_recovery() as recovery,
  pg_catalog.current_setting('track_counts') = 'on' as counting,
  (
    select pg_catalog.string_agg(
      (
        pg_catalog.pg_stat_get_tuples_inserted(oid) + pg_catalog.pg_stat_get_tuples_updated(oid) + pg_catalog.pg_stat_get_tuples_deleted(oid)
      )::text,
      ','
    )
    from (values (1260::oid), (1261), (1213), (2396), (2964), (3592), (6100), (6243)) as shared (oid)
  ) as shared,
  (
    select pg_catalog.string_agg(
      oid::text || ' '
      || pg_catalog.pg_stat_get_db_tuples_inserted(oid) + pg_catalog.pg_stat_get_db_tuples_updated(oid) + pg_catalog.pg_stat_get_db_tuples_deleted(oid)
      || ' ' || coalesce(extract(epoch from pg_catalog.pg_stat_get_db_stat_reset_time(oid))::text, '') || ' ' || xmin::text,
      ','
    )
    from pg_catalog.pg_database
    where datallowconn
  ) as databases,
  (
    select pg_catalog.string_agg(datid::text || ' ' || age::text, ',')
    from (
      select datid,
             min(case when state = 'active' then 0 else extract(epoch from pg_catalog.clock_timestamp() - state_change)::float8 end) as age
      from pg_catalog.pg_stat_activity
      where backend_type = 'client backend' and state_change is not null and datid is not null
        and application_name not like 'schemawatch %'
      group by datid
    ) clients
    where age < 60
  ) as busy

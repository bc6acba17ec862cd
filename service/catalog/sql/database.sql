-- The one that is looked at. As JSON, because the columns of the locale came with 15, 16 and 17 under different names. What other
-- databases' roles are set to there is theirs.
select
  d.oid,
  d.datname as name,
  d.xmin::text || '.' || coalesce(s.version, '') || '.' || coalesce(v.actual, '') as version,
  pg_get_userbyid(d.datdba) as owner,
  d.datacl as acl,
  pg_encoding_to_char(d.encoding) as encoding,
  coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
  d.datcollate as lc_collate,
  d.datctype as lc_ctype,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale,
  to_jsonb(d) ->> 'daticurules' as rules,
  to_jsonb(d) ->> 'datcollversion' as recorded_version,
  v.actual as actual_version,
  case when d.dattablespace <> 1663 then t.spcname end as tablespace,
  d.datconnlimit as connection_limit,
  d.datallowconn as allow_connections,
  d.datistemplate as template,
  s.settings,
  s.role_settings
from pg_database d
join pg_tablespace t on t.oid = d.dattablespace
cross join (select pg_database_collation_actual_version(oid) as actual from pg_database where datname = current_database()) v -- from 15
cross join (select null::text as actual) v -- before 15
left join lateral (
  select
    count(*) || ':' || sum(s.xmin::text::bigint) as version,
    (array_agg(to_json(s.setconfig)) filter (where s.setrole = 0))[1] as settings,
    json_agg(json_build_object('role', pg_get_userbyid(s.setrole), 'settings', s.setconfig)) filter (where s.setrole <> 0) as role_settings
  from pg_db_role_setting s
  where s.setdatabase = d.oid
) s on true
where d.datname = current_database()

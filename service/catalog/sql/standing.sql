-- What the next look of some objects only must know of this one: what is told in many objects' texts, and what can go without
-- any row of an object being written. names: roles, schemas and whatever else is named in texts. members: of extensions.
-- owned: sequences with their columns. places: what has a comment or a security label.
select
  (
    select string_agg(kind || ' ' || oid || ' ' || name, E'\n' order by kind, oid)
    from (
      select 'role' as kind, oid, rolname::text as name from pg_roles
      union all select 'schema', oid, nspname::text from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
      union all select 'tablespace', oid, spcname::text from pg_tablespace
      union all select 'access method', oid, amname::text from pg_am
      union all select 'foreign server', oid, srvname::text from pg_foreign_server
      union all select 'language', oid, lanname::text from pg_language
      union all select 'collation', oid, concat_ws(' ', collnamespace, collname) from pg_collation where oid >= 16384
      union all select 'operator', oid, concat_ws(' ', oprnamespace, oprname) from pg_operator where oid >= 16384
      union all select 'opclass', oid, concat_ws(' ', opcnamespace, opcname) from pg_opclass where oid >= 16384
      union all select 'config', oid, concat_ws(' ', cfgnamespace, cfgname) from pg_ts_config where oid >= 16384
      union all select 'dictionary', oid, concat_ws(' ', dictnamespace, dictname) from pg_ts_dict where oid >= 16384
    ) named
  ) as names,
  (
    select md5(string_agg(classid || ':' || objid, ',' order by classid, objid))
    from pg_depend
    where refclassid = 3079 and deptype = 'e'
  ) as members,
  (
    select string_agg(d.objid || ':' || d.refobjid || ':' || d.refobjsubid || ':' || d.deptype::text, ',' order by d.objid, d.refobjid)
    from pg_sequence s
    join pg_depend d on d.classid = 1259 and d.objid = s.seqrelid and d.refclassid = 1259 and d.deptype in ('a', 'i')
  ) as owned,
  (
    select string_agg(classoid || ':' || objoid, ',' order by classoid, objoid, objsubid)
    from (
      select classoid, objoid, objsubid from pg_description where objoid >= 16384
      union all select classoid, objoid, objsubid from pg_seclabel where objoid >= 16384
    ) told
    where classoid in (1259, 2606, 2620, 3256, 1255)
  ) as places

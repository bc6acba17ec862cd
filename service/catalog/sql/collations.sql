-- As JSON, because the columns of locale and rules came with 15, 16 and 17 under different names.
select
  c.oid,
  c.collnamespace as schema,
  c.collname as name,
  c.xmin::text || '.' || coalesce(pg_collation_actual_version(c.oid), '') as version,
  pg_get_userbyid(c.collowner) as owner,
  c.collprovider as provider,
  coalesce(
    to_jsonb(c) ->> 'colllocale',
    to_jsonb(c) ->> 'colliculocale',
    case when c.collprovider = 'i' then c.collcollate end
  ) as locale,
  case when c.collprovider = 'c' then c.collcollate end as lc_collate,
  case when c.collprovider = 'c' then c.collctype end as lc_ctype,
  to_jsonb(c) ->> 'collicurules' as rules,
  c.collisdeterministic as deterministic,
  c.collversion as recorded_version,
  pg_collation_actual_version(c.oid) as actual_version
from pg_collation c
where c.oid >= 16384
  and c.collnamespace <> 11
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3456 and deptype = 'e')

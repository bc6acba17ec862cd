-- Rows written since the look whose oldest running transaction was $1: a row's xmin stays with it when it is frozen or its catalog
-- is written anew, and xids are compared by their distance from the newest. Lists of OIDs tell what went.
with touched (oid) as (
  select oid from pg_class where oid >= 16384 and age(xmin) <= age($1::xid)
  union select attrelid from pg_attribute where attrelid >= 16384 and age(xmin) <= age($1::xid)
  union select adrelid from pg_attrdef where age(xmin) <= age($1::xid)
  union select conrelid from pg_constraint where conrelid >= 16384 and age(xmin) <= age($1::xid)
  union select indrelid from pg_index where indrelid >= 16384 and age(xmin) <= age($1::xid)
  union select tgrelid from pg_trigger where age(xmin) <= age($1::xid)
  union select polrelid from pg_policy where age(xmin) <= age($1::xid)
  union select ev_class from pg_rewrite where ev_class >= 16384 and age(xmin) <= age($1::xid)
  union select ftrelid from pg_foreign_table where age(xmin) <= age($1::xid)
  union select seqrelid from pg_sequence where age(xmin) <= age($1::xid)
  union select inhrelid from pg_inherits where age(xmin) <= age($1::xid)
  union select partrelid from pg_partitioned_table where age(xmin) <= age($1::xid)
)
select
  -- An index is its table's, a TOAST table its table's.
  (
    select coalesce(json_agg(distinct coalesce(x.indrelid, main.oid, t.oid)), '[]')::text
    from touched t
    left join pg_index x on x.indexrelid = t.oid
    left join pg_class toast on toast.oid = t.oid and toast.relkind = 't'
    left join pg_class main on main.reltoastrelid = toast.oid
  ) as relations,
  (select coalesce(json_agg(oid), '[]')::text from pg_proc where oid >= 16384 and age(xmin) <= age($1::xid)) as routines,
  (
    select coalesce(json_agg(json_build_array(classoid, objoid)), '[]')::text
    from (
      select classoid, objoid from pg_description where objoid >= 16384 and age(xmin) <= age($1::xid)
      union select classoid, objoid from pg_seclabel where objoid >= 16384 and age(xmin) <= age($1::xid)
    ) told
    where classoid in (1259, 2606, 2620, 3256, 1255)
  ) as places,
  (select string_agg(oid::text, ',') from pg_class where oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')) as pg_class,
  (select string_agg(oid::text, ',') from pg_constraint where oid >= 16384) as pg_constraint,
  (select string_agg(oid::text, ',') from pg_trigger where not tgisinternal) as pg_trigger,
  (select string_agg(oid::text, ',') from pg_policy) as pg_policy,
  (select string_agg(oid::text, ',') from pg_proc where oid >= 16384) as pg_proc

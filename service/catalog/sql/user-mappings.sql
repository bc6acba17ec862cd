-- By the view, as the catalog itself is closed to plain roles: whom it maps is seen by everybody, the options by few. Only their
-- names are asked for: their values are passwords. The condition is the view's own (system_views.sql).
select
  u.umid as oid,
  u.srvname as server,
  coalesce(u.usename, u.umuser::text) as name,
  u.umuser as role,
  array(select split_part(o, '=', 1) from unnest(u.umoptions) o) as options,
  (u.usename = current_user and (pg_has_role(s.srvowner, 'USAGE') or has_server_privilege(s.oid, 'USAGE')))
  or (u.umuser = 0 and pg_has_role(s.srvowner, 'USAGE'))
  or (select rolsuper from pg_roles where rolname = current_user) as readable
from pg_user_mappings u
join pg_foreign_server s on s.oid = u.srvid
where u.umid >= 16384
  and u.umid not in (select objid from pg_depend where refclassid = 3079 and classid = 1418 and deptype = 'e')

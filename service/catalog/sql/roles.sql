-- From the view that everybody may read and that shows no passwords. It has no row versions: what it says, less name and
-- settings, stands in for them. Who granted is told unless it is the superuser of initdb (OID 10), the grantor in whose name superusers grant.
select
  r.oid,
  r.rolname as name,
  r.oid < 16384 as built_in,
  r.oid = 10 as first,
  r.rolsuper as superuser,
  r.rolinherit as inherit,
  r.rolcreaterole as create_role,
  r.rolcreatedb as create_database,
  r.rolcanlogin as login,
  r.rolreplication as replication,
  r.rolbypassrls as bypass_row_security,
  r.rolconnlimit as connection_limit,
  case
    when isfinite(r.rolvaliduntil) then to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'
    else r.rolvaliduntil::text
  end as valid_until,
  r.rolconfig as settings,
  m.memberships,
  md5((to_jsonb(r) - array['rolname', 'oid', 'rolconfig'])::text) || '.' || coalesce(s.xmin::text, '') || '.' || coalesce(m.version, '') as version
from pg_roles r
left join pg_db_role_setting s on s.setrole = r.oid and s.setdatabase = 0
left join (
  select
    m.member,
    count(*) || ':' || sum(m.xmin::text::bigint) as version,
    json_agg(
      json_build_object(
        'role', g.rolname,
        'built_in', g.oid < 16384 and g.oid <> 10,
        'admin', m.admin_option,
        'inherit', (to_jsonb(m) ->> 'inherit_option')::boolean,
        'set', (to_jsonb(m) ->> 'set_option')::boolean,
        'grantor', case when m.grantor <> 10 then b.rolname end
      )
    ) as memberships
  from pg_auth_members m
  join pg_roles g on g.oid = m.roleid
  left join pg_roles b on b.oid = m.grantor
  group by m.member
) m on m.member = r.oid

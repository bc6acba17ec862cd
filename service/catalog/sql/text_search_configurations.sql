-- A mapping's dictionaries are asked in their order.
select
  c.oid,
  c.cfgnamespace as schema,
  c.cfgname as name,
  c.xmin::text || '.' || coalesce(m.version, '') as version,
  pg_get_userbyid(c.cfgowner) as owner,
  case when n.oid = 11 then '' else quote_ident(n.nspname) || '.' end || quote_ident(p.prsname) as parser,
  m.mappings
from pg_ts_config c
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace n on n.oid = p.prsnamespace
left join lateral (
  select
    sum(tokens.count) || ':' || sum(tokens.versions) as version,
    array_agg(quote_ident(tokens.alias) || ': ' || tokens.dictionaries order by tokens.alias collate "C") as mappings
  from (
    select
      coalesce(t.alias, m.maptokentype::text) as alias,
      count(*) as count,
      sum(m.xmin::text::bigint) as versions,
      string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno) as dictionaries
    from pg_ts_config_map m
    left join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype
    where m.mapcfg = c.oid
    group by 1
  ) tokens
) m on true
where c.oid >= 16384
  and c.cfgnamespace <> 11
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3602 and deptype = 'e')

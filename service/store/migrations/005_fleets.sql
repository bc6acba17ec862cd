-- What keeps lists short to read however many databases and changes there are.
create index change_by_compatibility on schemawatch.change (compatibility, id desc);
-- A day of activity is counted from an index alone, of a database and of all.
create index change_by_database_time on schemawatch.change (database_id, found_at) include (compatibility);
drop index schemawatch.change_by_time;
create index change_by_time on schemawatch.change (found_at) include (compatibility, database_id);

-- What was done to its objects: any of added, removed, altered, renamed. Empty where only something came and went.
alter table schemawatch.change add column actions text[] not null default '{}';
update schemawatch.change c set actions = o.actions
from (select change_id, array_agg(distinct action) as actions from schemawatch.change_object group by change_id) o
where o.change_id = c.id;
create index change_by_action on schemawatch.change using gin (actions);

-- How each database stands, in the words of the API.
create view schemawatch.standing as
select d.id, d.name, d.labels, d.watched,
       f.forsaken,
       case when f.forsaken then 'unreachable' else d.state end as state,
       case when d.baseline_state in ('synced', 'drifted') then d.baseline_state else 'no baseline' end as status,
       d.baseline_state = 'unreadable' as unreadable,
       r.id as run_id,
       r.state as run_state,
       case when r.state in ('requested', 'queued', 'running') then 'active' else coalesce(r.state, 'none') end as last_run
from schemawatch.database d
cross join lateral (
  -- A free lease is taken within 5 s; one that stays free means that no poller is there for it.
  select d.state = 'watching' and (d.lease_until is null or d.lease_until < now())
    and coalesce(d.last_gate_at < now() - interval '10 seconds', false) as forsaken
) f
left join lateral (
  select id, state from schemawatch.run where database_id = d.id order by id desc limit 1
) r on true;

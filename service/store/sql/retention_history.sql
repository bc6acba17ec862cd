-- Removes up to $2 ended runs that began before $1, or changes found before then that no run is left for. A database's
-- last change stays, however old: the page shows it. Steps, events and changed objects go with them.
with run as (
  delete from schemawatch.run
  where id in (
    select id
    from schemawatch.run
    where state in ('succeeded', 'failed', 'cancelled') and requested_at < $1::timestamptz
    order by id
    limit $2::integer
  )
  returning id
), change as (
  delete from schemawatch.change
  where id in (
    select c.id
    from schemawatch.change c
    where c.found_at < $1::timestamptz
      and not exists (select from schemawatch.run r where r.change_id = c.id)
      and not exists (select from schemawatch.database d where d.last_change_id = c.id)
    order by c.id
    limit $2::integer
  )
  returning id
)
select (select count(*)::integer from run) as runs, (select count(*)::integer from change) as changes

-- Where the watch of database $1 stands, with its current snapshot's header.
select d.gate as mark, d.row_version, d.snapshot_id::text, d.state,
       extract(epoch from clock_timestamp() - d.last_look_at)::float8 * 1000 as look_age_ms,
       s.format, s.server_version_num, s.origin, s.fingerprint, s.unreadable
from schemawatch.database d
left join schemawatch.snapshot s on s.id = d.snapshot_id
where d.id = $1

-- What a run is about: its look, its change with the worst objects, and how the schema stands to its baseline.
-- $1 run, $2 most objects
select database.name as database, run.look, database.baseline, database.baseline_state as "baselineState",
       database.baseline_reason as "baselineReason", database.drift_count as drift,
       change.id as "changeId", change.found_at as "foundAt", change.summary, change.compatibility,
       change.breaking, change.risky, change.safe, change.note, change.attribution, change.authors,
       change.transients, change.transient_count as "transientCount",
       (select coalesce(json_agg(jsonb_build_object('seq', s.seq) || s.body order by s.seq), '[]')
          from (select seq, body from schemawatch.change_statement where change_id = change.id order by seq limit 50) s) as statements,
       (select coalesce(json_agg(first.body order by first.seq), '[]') from (
          select body || jsonb_build_object('statements', statements) as body, seq from schemawatch.change_object
          where change_object.change_id = change.id order by seq limit $2::integer) as first) as objects
from schemawatch.run
join schemawatch.database on database.id = run.database_id
left join schemawatch.change on change.id = run.change_id
where run.id = $1::bigint

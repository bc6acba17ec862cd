-- Whether a writing that found nobody to write for had been written before (its answer was lost), or came too late.
-- $1 run, $2 attempt, $3 state after the writing, $4 written after it
select cancel_requested_at is not null as cancel
from schemawatch.run
where id = $1::bigint and attempt = $2::integer and state = $3::text
  and last_seq - (cancel_requested_at is not null)::integer = $4::integer

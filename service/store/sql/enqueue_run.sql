-- Queues a run: its state, its event, its pg-boss job and the notices, or nothing when it is not waiting to be queued.
-- The job is what pg-boss's own send() would insert (store/queue.test.ts compares them). created_on is the clock's and
-- not the transaction's time, so that runs queued in one transaction keep their order.
-- $1 run, $2 database name
with queued as (
  update schemawatch.run
     set state = 'queued', queued_at = clock_timestamp(), job_id = gen_random_uuid(), last_seq = last_seq + 1
   where id = $1::bigint and state in ('requested', 'queued') and job_id is null
  returning id, job_id, last_seq
), told as (
  insert into schemawatch.run_event (run_id, seq, type, state, message)
  select id, last_seq, 'run', 'queued', 'Queued.' from queued
), sent as (
  insert into pgboss.job (
    id, name, data, priority, start_after, created_on, singleton_key, expire_seconds, deletion_seconds, keep_until,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds,
    blocked, blocking, pending_dependencies)
  select queued.job_id, 'process-schema-change', jsonb_build_object('run', queued.id::text), 0, now(), clock_timestamp(),
    $2::text, queue.expire_seconds, queue.deletion_seconds, now() + queue.retention_seconds * interval '1s',
    queue.retry_limit, queue.retry_delay, queue.retry_backoff, queue.retry_delay_max, queue.policy, queue.dead_letter,
    queue.heartbeat_seconds, false, false, 0
  from queued left join pgboss.queue on queue.name = 'process-schema-change'
)
select pg_notify('schemawatch', json_build_object('type', 'run', 'database', $2::text, 'run', id::text)::text),
       pg_notify('schemawatch_queue', '')
from queued

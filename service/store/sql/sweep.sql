-- What a worker looks for now and then: whether jobs wait, whether runs are under way, and the running runs whose worker is gone (it does not hold
-- its lock), or has not touched the job for longer than pg-boss allows (it holds its lock and hangs), or is this worker
-- itself (which knows which of those it runs).
-- $1 this worker
select exists (select from pgboss.job where job.name = 'process-schema-change' and job.state < 'active') as waiting,
       exists (select from schemawatch.run where state = 'running') as running,
       (select coalesce(json_agg(json_build_object('run', run.id::text, 'jobId', run.job_id, 'attempt', run.attempt,
                                                   'mine', run.worker_id = $1::uuid)), '[]')
          from schemawatch.run
          where run.state = 'running' and (
            run.worker_id = $1::uuid
            or not exists (
              select from schemawatch.worker join pg_locks on pg_locks.objid = worker.lock_key::oid
              where worker.id = run.worker_id and pg_locks.locktype = 'advisory' and pg_locks.classid = 1398229842
                and pg_locks.objsubid = 2 and pg_locks.granted
                and pg_locks.database = (select oid from pg_database where datname = current_database()))
            or exists (
              select from pgboss.job
              where job.name = 'process-schema-change' and job.id = run.job_id and job.state = 'active'
                and job.heartbeat_on + job.heartbeat_seconds * interval '1 s' < now()))) as runs

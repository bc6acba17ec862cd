-- Only columns that every role may read: never subconninfo, which holds a password, and no xmin.
select
  s.oid,
  s.subname as name,
  s.subowner as owner_oid,
  pg_get_userbyid(s.subowner) as owner,
  s.subenabled as enabled,
  s.subpublications as publications,
  s.subslotname as slot,
  s.subsynccommit as synchronous_commit,
  s.subbinary as binary,
  s.substream::text as streaming,
  s.subtwophasestate <> 'd' as two_phase, -- from 15
  false as two_phase, -- before 15
  s.subdisableonerr as disable_on_error, -- from 15
  false as disable_on_error, -- before 15
  s.subpasswordrequired as password_required, -- from 16
  true as password_required, -- before 16
  s.subrunasowner as run_as_owner, -- from 16
  true as run_as_owner, -- before 16
  s.suborigin as origin, -- from 16
  'any' as origin, -- before 16
  s.subfailover as failover -- from 17
  false as failover -- before 17
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())

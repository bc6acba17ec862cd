-- The objects of every change, as its counts and its summary say: the first does what the summary tells.
with object as (
  select c.id, seq, c.id % 97 as nth,
         (array['orders', 'customers', 'payments', 'items'])[1 + c.id % 4] as relation,
         case when seq = 1 then substring(c.summary from '^column [^ ]+ ([a-z]+)') else 'altered' end as action,
         case when seq = 1 then c.compatibility else 'safe' end as compatibility
  from schemawatch.change c, generate_series(1, c.breaking + c.risky + c.safe) seq
)
insert into schemawatch.change_object (change_id, seq, kind, identity, action, compatibility, body)
select id, seq, 'column', format('public.%s.c%s', relation, nth + seq - 1), action, compatibility,
       jsonb_build_object(
         'kind', 'column', 'identity', format('public.%s.c%s', relation, nth + seq - 1), 'action', action,
         'attributes', '{"type": {"before": "integer", "after": "bigint"}, "default": {"before": null, "after": "0"}}'::jsonb,
         'parent', jsonb_build_object('kind', 'table', 'identity', format('public.%s', relation)),
         'compatibility', compatibility, 'lock', 'ACCESS EXCLUSIVE', 'lockOn', format('public.%s', relation),
         'rewrite', true, 'scan', false, 'why', 'Its values are written again.', 'safer', null,
         'rules', '["column-type-rewritten"]'::jsonb)
from object

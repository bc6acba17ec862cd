select classoid as catalog, objoid as oid, objsubid as sub, provider, label
from pg_seclabel
union all
select classoid, objoid, 0, provider, label
from pg_shseclabel

-- 2200 is the schema public, the one object of initdb that belongs to the user.
select classoid as catalog, objoid as oid, objsubid as sub, description
from pg_description
where objoid >= 16384 or objoid = 2200

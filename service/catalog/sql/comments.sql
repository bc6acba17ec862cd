-- 2200 is the schema public, the one object of initdb that belongs to the user.
select classoid as catalog, objoid as oid, objsubid as sub, description
from pg_description
where objoid >= 16384 or objoid = 2200
union all
select classoid, objoid, 0, description
from pg_shdescription
where classoid in (1260, 1213) or (classoid = 1262 and objoid = (select oid from pg_database where datname = current_database()))

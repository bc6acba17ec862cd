-- 2200 is the schema public, the one object of initdb that belongs to the user. Large objects (2613) may have any OID.
select classoid as catalog, objoid as oid, objsubid as sub, description
from pg_description
where (objoid >= 16384 or objoid = 2200 or classoid = 2613)
  and ( -- scoped
    classoid not in (1259, 2606, 2620, 3256, 1255) -- scoped
    or classoid = 1259 and objoid = any($1::oid[]) -- scoped
    or classoid = 1259 and objoid in (select indexrelid from pg_index where indrelid = any($1::oid[])) -- scoped
    or classoid = 1259 and objoid in (select oid from pg_class where oid >= 16384 and relkind in ('c', 'f')) -- scoped
    or classoid = 1259 and objoid in (select objid from pg_depend where classid = 1259 and refclassid = 1259 and refobjid = any($1::oid[])) -- scoped
    or classoid = 2606 and objoid in (select oid from pg_constraint where conrelid = any($1::oid[]) or contypid <> 0) -- scoped
    or classoid = 2620 and objoid in (select oid from pg_trigger where tgrelid = any($1::oid[])) -- scoped
    or classoid = 3256 and objoid in (select oid from pg_policy where polrelid = any($1::oid[])) -- scoped
    or classoid = 1255 and objoid = any($2::oid[]) -- scoped
    or classoid = 1255 and objoid in (select aggfnoid from pg_aggregate where aggfnoid >= 16384) -- scoped
  ) -- scoped
union all
select classoid, objoid, 0, description
from pg_shdescription
where classoid in (1260, 1213) or (classoid = 1262 and objoid = (select oid from pg_database where datname = current_database()))

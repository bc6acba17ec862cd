-- Apart from the columns, as few have such options.
select a.attrelid as relation, a.attnum as number, a.attfdwoptions as options
from pg_foreign_table f
join pg_attribute a on a.attrelid = f.ftrelid
where a.attfdwoptions is not null
  and f.ftrelid = any($1::oid[]) -- scoped

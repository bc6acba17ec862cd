-- Without cascade: what somebody else put into the schema, or built on it, is not ours to drop.
drop event trigger if exists schemawatch_tap_drop;
drop event trigger if exists schemawatch_tap_end;
drop function if exists schemawatch_tap.heard();
drop function if exists schemawatch_tap.note(text, text);
drop function if exists schemawatch_tap.masked(text);
drop table if exists schemawatch_tap.statement;
drop schema if exists schemawatch_tap;

import { type History, history } from "../history.ts";

/** What belongs to the database or the server, and what reaches outside. */
export const SERVER: readonly History[] = [
  history(
    "statistics",
    ["statistics", "role"],
    `
create table t (a int, b int, c text)
create statistics s on a, b from t
create statistics k (ndistinct, mcv) on a, b, c from t
create statistics x on (a + b), lower(c) from t
alter statistics s set statistics 50
alter statistics s set statistics -1
alter statistics s rename to ss
comment on statistics ss is 's'
create role @_r
alter statistics ss owner to @_r
create schema @_s
alter statistics ss set schema @_s
analyze t
drop statistics k
drop table t`,
  ),
  history(
    "publications",
    ["publication", "role"],
    `
create table t (a int primary key, b text)
create table u (a int primary key)
create publication @_p for table t
alter publication @_p add table u
alter publication @_p drop table u
alter publication @_p set (publish = 'insert, update')
alter publication @_p set (publish_via_partition_root = true)
15+ alter publication @_p set table t (a, b) where (a > 5)
15+ alter publication @_p set table t (a) where (a > 7)
15+ alter publication @_p set table t where (a > 7)
15+ alter publication @_p add tables in schema @
15+ alter publication @_p drop tables in schema @
18+ alter publication @_p set (publish_generated_columns = stored)
create publication @_all for all tables
alter publication @_p rename to @_q
comment on publication @_q is 'p'
create role @_r superuser
alter publication @_q owner to @_r
drop publication @_all
drop table t
drop publication @_q`,
  ),
  history(
    "subscriptions",
    ["subscription"],
    `
create subscription @_s connection 'host=nowhere dbname=x password=secret' publication one, two with (connect = false, slot_name = none)
alter subscription @_s set publication three with (refresh = false)
15+ alter subscription @_s add publication four with (refresh = false)
alter subscription @_s set (synchronous_commit = local, binary = true)
15+ alter subscription @_s set (disable_on_error = true)
16+ alter subscription @_s set (origin = none)
alter subscription @_s rename to @_t
comment on subscription @_t is 's'
alter subscription @_t set (slot_name = 'slot')
alter subscription @_t set (slot_name = none)
drop subscription @_t`,
  ),
  history(
    "foreign data",
    ["foreign data wrapper", "foreign server", "foreign table", "user mapping", "role"],
    `
create foreign data wrapper @_w options (debug 'true')
alter foreign data wrapper @_w options (set debug 'false', add kind 'x')
create function v(text[], oid) returns void language sql as 'select'
alter foreign data wrapper @_w validator v
alter foreign data wrapper @_w no validator
alter foreign data wrapper @_w rename to @_x
comment on foreign data wrapper @_x is 'w'
create server @_s type 'kind' version '1' foreign data wrapper @_x options (host 'nowhere')
alter server @_s version '2' options (set host 'elsewhere', add port '5')
alter server @_s rename to @_t
comment on server @_t is 's'
create role @_r
grant usage on foreign server @_t to @_r
grant usage on foreign data wrapper @_x to @_r
grant usage on foreign server @_t to @_r with grant option
set role @_r; grant usage on foreign server @_t to public; reset role
create user mapping for @_r server @_t options (username 'bob')
alter user mapping for @_r server @_t options (add extra 'x')
create user mapping for public server @_t
create foreign table f (a int options (column_name 'x'), b text not null default 'b', check (a > 0)) server @_t options (tbl 'q')
alter foreign table f options (set tbl 'r')
alter foreign table f alter a options (set column_name 'y')
alter foreign table f add column c int
alter foreign table f rename column c to cc
alter foreign table f rename to ff
comment on foreign table ff is 'f'
comment on column ff.cc is 'cc'
grant select on ff to @_r
drop user mapping for public server @_t
alter foreign table ff drop column cc
drop foreign table ff
alter server @_t owner to @_u
drop server @_t cascade
drop foreign data wrapper @_x`.replace("alter server @_t owner to @_u\n", ""),
  ),
  history(
    "languages, transforms and access methods",
    ["language", "transform", "access method", "role"],
    `
create trusted language @_l handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator
comment on language @_l is 'l'
create role @_r
grant usage on language @_l to @_r
revoke usage on language @_l from public
alter language @_l owner to @_r
alter language @_l rename to @_k
create function f(internal) returns internal language internal immutable as 'textin'
create transform for int language @_k (from sql with function f(internal))
comment on transform for int language @_k is 't'
create access method @_a type table handler heap_tableam_handler
create access method @_b type index handler bthandler
comment on access method @_a is 'a'
drop access method @_b
drop transform for int language @_k
drop language @_k`,
  ),
  history(
    "security labels",
    ["table", "role"],
    `
create table t (a int)
create role @_r
insert into pg_seclabel select 't'::regclass, 'pg_class'::regclass, 0, '@', 'secret'
insert into pg_seclabel select 't'::regclass, 'pg_class'::regclass, 1, '@', 'more'
update pg_seclabel set label = 'open' where provider = '@'
insert into pg_shseclabel select oid, 'pg_authid'::regclass, '@', 'role' from pg_roles where rolname = '@_r'
delete from pg_seclabel where provider = '@'
delete from pg_shseclabel where provider = '@'
drop table t`,
  ),
  history(
    "roles",
    ["role"],
    `
create role @_a
create role @_b login password 'x' valid until '2030-01-01' connection limit 5
alter role @_a password 'y'
alter role @_a createdb createrole replication bypassrls noinherit
alter role @_a superuser
alter role @_a connection limit 3
alter role @_a valid until 'infinity'
comment on role @_a is 'a'
grant @_a to @_b
grant @_a to @_b with admin option
16+ grant @_a to @_b with inherit false, set false
revoke admin option for @_a from @_b
alter role @_a set work_mem = '5MB'
alter role @_a set search_path = a, b
alter role @_a reset work_mem
alter role @_a rename to @_c
revoke @_c from @_b
grant pg_monitor to @_b
drop role @_b
drop role @_c`,
  ),
  history(
    "the database",
    ["database", "role"],
    `
do $$ begin execute format('comment on database %I is ''d''', current_database()); end $$
do $$ begin execute format('alter database %I connection limit 77', current_database()); end $$
do $$ begin execute format('alter database %I set work_mem = ''7MB''', current_database()); end $$
create role @_r
do $$ begin execute format('alter role @_r in database %I set work_mem = ''8MB''', current_database()); end $$
do $$ begin execute format('grant connect on database %I to @_r', current_database()); end $$
do $$ begin execute format('grant connect on database %I to @_r with grant option', current_database()); end $$
do $$ begin set local role @_r; execute format('grant connect on database %I to public', current_database()); reset role; end $$
do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$
do $$ begin execute format('alter database %I reset work_mem', current_database()); end $$
do $$ begin execute format('alter database %I owner to @_r', current_database()); end $$`,
    /\bcurrent_database\b/,
  ),
  history(
    "tablespaces",
    ["tablespace", "role"],
    `
create tablespace @_t location 'FOLDER'
alter tablespace @_t set (random_page_cost = 2)
comment on tablespace @_t is 't'
create role @_r
grant create on tablespace @_t to @_r
grant create on tablespace @_t to @_r with grant option
set role @_r; grant create on tablespace @_t to public; reset role
create table t (a int primary key using index tablespace @_t, b int) tablespace @_t
alter table t set tablespace pg_default
create index on t (b) tablespace @_t
alter index t_pkey set tablespace pg_default
alter tablespace @_t owner to @_r
drop table t
alter tablespace @_t rename to @_u
alter tablespace @_u reset (random_page_cost)
drop tablespace @_u`,
  ),
  history(
    "parameters",
    ["parameter", "role"],
    `
15+ create role @_r
15+ grant set on parameter @_r.x to @_r
15+ grant alter system on parameter @_r.x to @_r with grant option
15+ create role @_n
15+ set role @_r; grant alter system on parameter @_r.x to @_n; reset role
15+ revoke set on parameter @_r.x from @_r
15+ revoke all on parameter @_r.x from @_r cascade`,
  ),
  history(
    "large objects",
    ["large object", "role"],
    `
create role @_r
more(pg_dump counts large objects as data) do $$ begin perform lo_create(424242); execute 'comment on large object 424242 is ''@'''; end $$
more(pg_dump counts large objects as data) grant select on large object 424242 to @_r
more(pg_dump counts large objects as data) alter large object 424242 owner to @_r
more(pg_dump counts large objects as data) select lo_unlink(424242)`,
    /large object/,
  ),
  history(
    "extensions",
    ["extension"],
    `
create extension citext
create table t (a citext)
alter extension citext set schema @
comment on extension citext is 'c'
create function f() returns int language sql as 'select 1'
alter extension citext add function f()
alter extension citext drop function f()
grant usage on type citext to public
drop extension citext cascade`,
    /citext/,
  ),
];

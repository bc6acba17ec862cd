import { type History, history } from "../history.ts";

/** Types, and what computes. */
export const TYPES: readonly History[] = [
  history(
    "enums and composite types",
    ["enum", "composite type", "role"],
    `
create type e as enum ('a', 'b')
alter type e add value 'c'
alter type e add value 'ab' before 'b'
alter type e rename value 'a' to 'aa'
alter type e rename to mood
comment on type mood is 'm'
grant usage on type mood to public
revoke usage on type mood from public
create type c as (a int, b text)
alter type c add attribute d text collate "C"
alter type c drop attribute b
alter type c alter attribute a type bigint
alter type c rename attribute a to aa
comment on column c.aa is 'aa'
create role @_r
alter type c owner to @_r
create schema @_s
alter type c set schema @_s
create table t (m mood, c @_s.c)
drop table t
drop type mood, @_s.c`,
  ),
  history(
    "domains",
    ["domain"],
    `
create domain d as int
alter domain d set default 3
alter domain d drop default
alter domain d set not null
alter domain d drop not null
alter domain d add constraint pos check (value > 0)
alter domain d add constraint small check (value < 100) not valid
alter domain d validate constraint small
alter domain d rename constraint small to little
comment on constraint little on domain d is 'x'
alter domain d drop constraint pos
create domain t as text collate "C" default 'x' not null check (value <> '')
18+ alter domain t rename constraint t_not_null to must
alter domain d rename to dd
comment on domain dd is 'd'
create table u (a dd)
drop domain dd cascade
drop domain t`,
  ),
  history(
    "ranges and base types",
    ["range type"],
    `
create type r as range (subtype = int)
create type f as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = fm)
create type tr as range (subtype = text, collation = "C", subtype_opclass = text_pattern_ops)
alter type f rename to ff
alter type fm rename to ffm
comment on type ff is 'f'
grant usage on type r to public
drop type r
drop type ff, tr`,
  ),
  history(
    "base types",
    ["base type"],
    `
create type b
create function b_in(cstring) returns b language internal immutable strict as 'int4in'
create function b_out(b) returns cstring language internal immutable strict as 'int4out'
create type b (input = b_in, output = b_out, internallength = 4, passedbyvalue, alignment = int4, category = 'N', preferred = false, default = '7')
alter type b set (storage = plain)
comment on type b is 'b'
alter type b rename to bb
create table t (a bb, b bb[])
drop type bb cascade`,
  ),
  history(
    "functions",
    ["function", "procedure", "aggregate"],
    `
create function f(a int, b text default 'x') returns int language sql as 'select 1'
create or replace function f(a int, b text default 'y') returns int language sql as 'select 2'
create function f(a bigint) returns setof int language sql rows 5 cost 7 as 'select 1'
alter function f(int, text) immutable strict parallel safe leakproof cost 3
alter function f(int, text) security definer
alter function f(int, text) set work_mem = '1MB'
alter function f(int, text) set search_path to pg_catalog, public
alter function f(int, text) reset all
alter function f(bigint) support generate_series_int4_support
alter function f(int, text) rename to g
grant execute on function g(int, text) to public
revoke execute on function g(int, text) from public
comment on function g(int, text) is 'g'
create function h(out a int, out b text) language plpgsql as 'begin a := 1; b := 2; end'
create function i(variadic a int[]) returns table (x int, y text) language sql as 'select 1, ''y'''
create function w(int) returns int language internal window as 'window_rank'
create procedure p(inout a int) language plpgsql as 'begin a := 1; end'
alter procedure p(int) security definer
alter procedure p(int) rename to q
comment on procedure q(int) is 'q'
create function atomic(a int) returns int language sql begin atomic select a + 1; end
create or replace function atomic(a int) returns int language sql return a + 2
create aggregate s(int) (sfunc = int4pl, stype = int, initcond = '0')
create aggregate m(int) (sfunc = int4pl, stype = int8, msfunc = int4pl, minvfunc = int4mi, mstype = int, parallel = safe, combinefunc = int8pl)
create aggregate o(variadic "any" order by anyelement) (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra)
create aggregate v(int) (sfunc = int4pl, stype = int, sortop = >, finalfunc_modify = shareable, sspace = 9)
alter aggregate s(int) rename to ss
comment on aggregate ss(int) is 's'
create or replace aggregate ss(int) (sfunc = int4pl, stype = int, initcond = '1')
drop aggregate ss(int), v(int)
drop function g, atomic
drop procedure q`
      .replace(
        /^create aggregate m.*\n/m,
        "create aggregate m(int) (sfunc = int4pl, stype = int, msfunc = int4pl, minvfunc = int4mi, mstype = int, parallel = safe, combinefunc = int4pl)\n",
      )
      .replace(
        /^create aggregate o.*\n/m,
        "create aggregate o(float8 order by float8) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_cont_float8_final)\n",
      ),
  ),
  history(
    "triggers and policies",
    ["trigger", "policy", "role"],
    `
create table t (a int, b text)
create function f() returns trigger language plpgsql as 'begin return new; end'
create trigger g before insert or update of a on t for each row when (new.a > 0) execute function f('x')
create or replace trigger g after insert on t for each row execute function f()
create trigger s after update on t referencing old table as o new table as n for each statement execute function f()
create constraint trigger c after delete on t deferrable initially deferred for each row execute function f()
alter table t disable trigger g
alter table t enable replica trigger g
alter table t enable always trigger g
alter table t enable trigger g
alter trigger g on t rename to gg
comment on trigger gg on t is 'g'
create view v as select * from t
create trigger i instead of insert on v for each row execute function f()
create role @_r
create policy p on t using (a > 0)
alter policy p on t to @_r
alter policy p on t using (a > 1) with check (a > 2)
create policy q on t as restrictive for insert with check (b <> '')
alter policy p on t rename to pp
comment on policy pp on t is 'p'
create table h (a int) partition by list (a)
create table h1 partition of h for values in (1)
create trigger k before insert on h for each row execute function f()
alter table h1 disable trigger k
alter table h1 enable trigger k
drop trigger gg on t
drop policy q on t
drop table h
drop table t cascade`,
  ),
  history(
    "rules",
    ["rule"],
    `
create table t (a int)
create table u (a int)
create rule r as on insert to t do also insert into u values (new.a)
create or replace rule r as on insert to t do instead insert into u values (new.a + 1)
alter table t disable rule r
alter table t enable always rule r
alter table t enable replica rule r
alter table t enable rule r
alter rule r on t rename to rr
comment on rule rr on t is 'r'
create rule n as on delete to t where old.a > 5 do instead nothing
create view v as select a from t
create rule vi as on insert to v do instead nothing
drop rule rr on t
drop table t, u cascade`,
  ),
  history(
    "event triggers",
    ["event trigger"],
    `
create function f() returns event_trigger language plpgsql as 'begin end'
create event trigger @_e on ddl_command_end execute function f()
create event trigger @_d on sql_drop when tag in ('DROP TABLE', 'DROP VIEW') execute function f()
alter event trigger @_e disable
alter event trigger @_e enable replica
alter event trigger @_e enable always
alter event trigger @_e enable
alter event trigger @_e rename to @_x
comment on event trigger @_x is 'e'
drop event trigger @_x
drop function f() cascade`,
  ),
  history(
    "casts, operators and their classes",
    ["cast", "operator", "operator class", "operator family", "role"],
    `
create type e as enum ('a', 'b')
create function e_int(e) returns int language sql immutable as 'select 1'
create cast (e as int) with function e_int(e) as assignment
comment on cast (e as int) is 'c'
create cast (int as e) with inout
drop cast (e as int)
create cast (e as int) with function e_int(e) as implicit
create function eq(e, e) returns bool language sql immutable as 'select true'
create operator === (leftarg = e, rightarg = e, function = eq, commutator = ===, restrict = eqsel, join = eqjoinsel, hashes, merges)
create operator !== (leftarg = e, rightarg = e, function = eq, negator = ===)
alter operator === (e, e) set (restrict = none)
comment on operator === (e, e) is 'o'
create role @_r
alter operator === (e, e) owner to @_r
create schema @_s
alter operator !== (e, e) set schema @_s
create function cmp(e, e) returns int language sql immutable as 'select 0'
create operator family fam using btree
create operator class cls for type e using btree family fam as operator 3 ===, function 1 cmp(e, e)
alter operator family fam using btree rename to fam2
alter operator class cls using btree rename to cls2
alter operator family fam2 using btree add operator 1 < (int4, int8)
alter operator family fam2 using btree drop operator 1 (int4, int8)
comment on operator class cls2 using btree is 'k'
comment on operator family fam2 using btree is 'f'
create operator class h for type e using hash as operator 1 ===, function 1 hashenum(anyenum)
alter operator class cls2 using btree owner to @_r
drop operator class h using hash
drop operator family fam2 using btree cascade
drop operator === (e, e)
drop type e cascade`,
  ),
  history(
    "collations and conversions",
    ["collation", "conversion", "role"],
    `
create collation c from "C"
create collation i (provider = icu, locale = 'de-u-co-phonebk', deterministic = false)
16+ create collation ru (provider = icu, locale = 'und', rules = '&a < b')
17+ create collation bi (provider = builtin, locale = 'C.UTF-8')
alter collation c rename to cc
comment on collation cc is 'c'
create role @_r
alter collation cc owner to @_r
create schema @_s
alter collation cc set schema @_s
create table t (a text collate i)
create conversion v for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8
create default conversion w for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1
alter conversion v rename to vv
comment on conversion vv is 'v'
alter conversion vv owner to @_r
alter conversion vv set schema @_s
drop conversion w
drop table t
drop collation i`,
  ),
  history(
    "text search",
    [
      "text search parser",
      "text search dictionary",
      "text search template",
      "text search configuration",
      "role",
    ],
    `
create text search dictionary d (template = simple, stopwords = english)
alter text search dictionary d (stopwords, accept = false)
alter text search dictionary d rename to dd
create text search template t (lexize = dsimple_lexize, init = dsimple_init)
create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline)
create text search configuration c (copy = simple)
create text search configuration k (parser = p)
alter text search configuration c alter mapping for word with dd, simple
alter text search configuration c drop mapping for url
alter text search configuration c add mapping for url with simple
alter text search configuration c alter mapping replace simple with english_stem
alter text search configuration c rename to cc
comment on text search configuration cc is 'c'
comment on text search dictionary dd is 'd'
comment on text search template t is 't'
comment on text search parser p is 'p'
create role @_r
alter text search configuration cc owner to @_r
alter text search dictionary dd owner to @_r
create schema @_s
alter text search configuration cc set schema @_s
alter text search template t rename to tt
alter text search parser p rename to pp
drop text search configuration k
drop text search parser pp
drop text search template tt`,
  ),
];
